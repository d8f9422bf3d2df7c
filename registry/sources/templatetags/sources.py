"""Where a dataset version was read from."""

from django import template

from registry.models import DatasetVersion
from registry.sources.models import DataImport

register = template.Library()


@register.simple_tag
def import_of(version: DatasetVersion) -> DataImport | None:
    """The import that the version came of; None for an upload."""
    return DataImport.objects.select_related("source").filter(version=version).first()
