"""Looking into a data source; the ledger is told of each look."""

from typing import Any

from compliance.audit.reading import record_reading
from registry.locations.plain import PlainObject

from .audit_events import OBJECTS_LISTED
from .models import DataSource
from .reading import listed


def objects_for(request: Any, source: DataSource, prefix: str) -> list[PlainObject]:
    """What lies below ``prefix``. Raises as `listed` does."""
    found = listed(source, prefix)
    record_reading(OBJECTS_LISTED, source, request=request, name=source.name)
    return found
