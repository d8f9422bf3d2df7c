"""What a model file is, told by its content. No Django and no model library in here: nothing is ever loaded."""

from .directories import format_of_directory, identify_in_directory
from .identify import FileFormat, identify, label_of

__all__ = ["FileFormat", "format_of_directory", "identify", "identify_in_directory", "label_of"]
