"""Tags for the files of a directory version."""

from typing import Any

from django import template

from registry.formats import label_of
from registry.models import ModelVersion

register = template.Library()

SHOWN_FILES = 100


@register.simple_tag
def files_of(version: ModelVersion) -> dict[str, Any]:
    """The first files of a version with their formats in words, and how many more there are."""
    files = list(version.files.select_related("artifact").order_by("path")[:SHOWN_FILES])
    for file in files:
        file.format_label = label_of(file.file_format)  # type: ignore[attr-defined]
    return {"rows": files, "hidden": max(version.file_count - len(files), 0)}
