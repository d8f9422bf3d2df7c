"""Tags of the scan card on the page of a version."""

from typing import Any

from django import template

from registry.models import Artifact, ModelVersion
from registry.scanning.models import Inspection, ScanState
from registry.scanning.services import is_current

register = template.Library()

TONES = {ScanState.CLEAN: "good", ScanState.HELD: "bad", ScanState.WAITING: "warn"}
_SHOWN = 10


@register.simple_tag
def scan_of(version: ModelVersion) -> dict[str, Any]:
    """What the card shows: what holds now, word and tone, and the last verdicts with a path where there are several."""
    scan = Inspection.objects.filter(artifact=version.artifact_id).first()
    if scan is None:
        return {"word": ScanState.WAITING.label, "tone": "warn", "scan": None, "verdicts": []}
    return {
        "scan": scan,
        "word": scan.get_state_display(),
        "tone": TONES[ScanState(scan.state)],
        "is_current": is_current(scan),
        "verdicts": list(scan.verdicts.order_by("-id")[:_SHOWN]),
    }


@register.simple_tag
def scan_of_variant(artifact: Artifact | None) -> dict[str, Any] | None:
    """Word, tone and first reason for the file of a variant; None while it has none."""
    if artifact is None:
        return None
    scan = getattr(artifact, "inspection", None)
    state = ScanState(scan.state) if scan else ScanState.WAITING
    return {"word": state.label, "tone": TONES[state], "reasons": scan.reasons if scan else []}
