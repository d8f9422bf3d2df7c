"""Names in addresses: whatever cannot name a model or dataset matches no route, so it never reaches the database."""

from django.urls import register_converter
from django.urls.converters import StringConverter

from modelops.lib.names import NAME_PATTERN


class NameConverter(StringConverter):
    """A name as `modelops.lib.names.validate_name` accepts it."""

    regex = NAME_PATTERN


register_converter(NameConverter, "object_name")


class KindConverter(StringConverter):
    """Models or datasets, where one page serves both."""

    regex = "models|datasets"


register_converter(KindConverter, "registry_kind")
