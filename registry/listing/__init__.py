"""Lists of models and versions: what they are narrowed to and how they are sorted, the same for pages and REST."""

from .asked import checked_choice
from .models import SORT_LABELS, SORTS, asked_sort, narrowed
from .versions import VERSION_SORTS, asked_version_sort, narrowed_versions

__all__ = [
    "SORTS",
    "SORT_LABELS",
    "VERSION_SORTS",
    "asked_sort",
    "asked_version_sort",
    "checked_choice",
    "narrowed",
    "narrowed_versions",
]
