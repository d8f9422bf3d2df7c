"""Deleting models, datasets and versions for a while, and for good."""

from .services import delete, restore

__all__ = ["delete", "restore"]
