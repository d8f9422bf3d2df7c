"""Looking for what is wrong, and closing what was found."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid

from .audit_events import CLOSED, DETECTED
from .base import Seen, detectors
from .models import Detection, Verdict
from .thresholds import in_force

WATCH: Final = Actor.system("detections")


def look() -> int:
    """Look with every detector; returns how many detections were opened. Safe to run twice at once."""
    return sum(look_with(key) for key in detectors.keys())  # noqa: SIM118  a registry, no dict


def look_with(key: str) -> int:
    """Look with one detector. What is open is counted up; what somebody closed is not opened for the same rows."""
    detector = detectors.get(key)(in_force(key))
    since = timezone.now() - detector.within
    opened = 0
    for seen in detector.look(since):
        opened += _keep(key, detector.score, seen)
    return opened


@transaction.atomic
def _keep(key: str, score: int, seen: Seen) -> bool:
    rows = Detection.objects.select_for_update().filter(kind=key, about_kind=seen.about_kind, about_ref=seen.about_ref)
    now = timezone.now()
    present = rows.filter(closed_at=None).first()
    if present is None:
        closed = rows.order_by("-closed_at").first()
        if closed is not None and set(seen.evidence) & set(closed.evidence):
            return False
        row, is_new = Detection.objects.get_or_create(
            kind=key, about_kind=seen.about_kind, about_ref=seen.about_ref, closed_at=None,
            defaults={
                "words": seen.words[:300], "score": score, "count": seen.count, "expected": seen.expected,
                "evidence": list(seen.evidence), "first_seen_at": now, "last_seen_at": now,
            },
        )  # fmt: skip
        if is_new:
            record(
                DETECTED, row, actor=WATCH, kind=key, count=seen.count, expected=seen.expected,
                evidence=list(seen.evidence)[:5],
            )  # fmt: skip
        return is_new
    present.count, present.words = max(present.count, seen.count), seen.words[:300]
    present.last_seen_at = now
    present.evidence = [*present.evidence, *(one for one in seen.evidence if one not in present.evidence)][-50:]
    present.save(update_fields=["count", "words", "last_seen_at", "evidence"])
    return False


@transaction.atomic
def close(detection: Detection, verdict: str, *, actor: Actor) -> Detection:
    """Say what came of it; its alert ends with it. Raises Conflict when somebody has."""
    detection = Detection.objects.select_for_update().get(pk=detection.pk)
    if verdict not in Verdict.values:
        raise Invalid(
            f"Say what came of it: {', '.join(Verdict.values)}.", code="detection.bad_verdict", field="verdict"
        )
    if not detection.is_open:
        raise Conflict("The detection is closed already.", code="detection.closed")
    detection.closed_at, detection.closed_ref, detection.verdict = timezone.now(), actor.ref, verdict
    detection.save(update_fields=["closed_at", "closed_ref", "verdict"])
    record(CLOSED, detection, actor=actor, kind=detection.kind, verdict=verdict)
    return detection
