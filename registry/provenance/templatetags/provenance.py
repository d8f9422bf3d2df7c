"""Tags of the provenance card on the page of a version."""

from dataclasses import dataclass

from django import template

from registry.bundles.models import ImportedBundle
from registry.models import ModelVersion
from registry.provenance.models import Attestation, AttestationState
from registry.provenance.origin import origin_of

register = template.Library()

TONES = {AttestationState.VALID: "good", AttestationState.UNTRUSTED: "warn", AttestationState.INVALID: "bad"}
SHOWN = 20


@dataclass(frozen=True)
class Card:
    """What the card shows."""

    word: str
    tone: str
    reason: str
    passes: bool
    imported_from: ImportedBundle | None
    attestations: list[Attestation]


@register.simple_tag
def provenance_of(version: ModelVersion) -> Card:
    """Where a version comes from, as it stands now."""
    found = origin_of(version)
    rows = found.attestations[:SHOWN]
    for row in rows:
        row.tone = TONES[AttestationState(row.state)]
    attested = any(row.state == AttestationState.VALID for row in rows)
    word, tone = ("Attested", "good") if found.passes and attested else ("Not proven", "warn")
    return Card(word, tone, found.reason, found.passes, found.imported_from, rows)
