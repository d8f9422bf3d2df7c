"""What a model file is, told by its content. No Django and no model library in here: nothing is ever loaded."""

from .identify import FileFormat, identify, label_of

__all__ = ["FileFormat", "identify", "label_of"]
