"""Everything that is known of where a version comes from, for its page and for the REST interface."""

from dataclasses import dataclass

from registry.bundles.models import ImportedBundle
from registry.models import ModelVersion

from .gates import ProvenanceGate
from .models import Attestation
from .verdicts import look, newest


@dataclass(frozen=True)
class Origin:
    """The gate's answer, the bundle that the version came in, and its attestations as they are now."""

    passes: bool
    reason: str
    imported_from: ImportedBundle | None
    attestations: list[Attestation]


def origin_of(version: ModelVersion) -> Origin:
    """Looked at now; nothing is written."""
    rows = newest(version)
    for row in rows:
        found = look(row)
        row.state, row.reason, row.key = found.state, found.reason, found.key
    imported = ImportedBundle.objects.select_related("key").filter(version=version).first()
    return Origin(*ProvenanceGate().check(version), imported, rows)
