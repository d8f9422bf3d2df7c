"""How long each class of data is kept, and who removes it: files and rows alike."""

from .classes import Governed, Lifecycle, classes, keep

__all__ = ["Governed", "Lifecycle", "classes", "keep"]
