"""The posture of each month, as it was looked up on the first day that a worker ran: signed, kept, and never changed.

The file ends like an export of the audit log, with its digest and a note that signs it: ``verify_audit.py`` checks it
with the public keys that auditors keep outside the portal.
"""

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from compliance.audit import Actor, record
from compliance.audit.canonical import canonical_json
from compliance.audit.exporting.forms import end_line
from compliance.audit.exporting.signing import signed
from modelops.lib.errors import NotFound
from modelops.version import VERSION

from .audit_events import SNAPSHOT_GIVEN, SNAPSHOT_KEPT
from .looking import look_at_all
from .models import DayScore, PostureSnapshot

FORMAT = 1


def keep_snapshot(today: date, *, actor: Actor) -> PostureSnapshot | None:
    """The snapshot of this month, unless it is kept already. Raises KeysUnavailable: an unsigned one is none."""
    month = f"{today:%Y-%m}"
    if PostureSnapshot.objects.filter(month=month).exists():
        return None
    lines = [canonical_json(line) + "\n" for line in _lines(month)]
    content = "".join(lines).encode()
    digest = hashlib.sha256(content).digest()
    content += end_line("jsonl", len(lines), digest, signed(len(lines), digest)).encode()
    with transaction.atomic():
        row, is_new = PostureSnapshot.objects.get_or_create(
            month=month, defaults={"content": content, "sha256": hashlib.sha256(content).hexdigest()}
        )
        if not is_new:
            return None
        record(SNAPSHOT_KEPT, row, actor=actor, month=month, controls=len(lines) - 2, sha256=row.sha256)
    return row


def give_snapshot(month: str, *, actor: Actor) -> PostureSnapshot:
    """The snapshot of a month, and that somebody took it. Raises NotFound."""
    row = PostureSnapshot.objects.filter(month=month).first()
    if row is None:
        raise NotFound(f"There is no snapshot of {month[:10]}.", code="posture.no_snapshot")
    with transaction.atomic():
        record(SNAPSHOT_GIVEN, row, actor=actor, month=row.month)
    return row


def _lines(month: str) -> Iterator[dict[str, Any]]:
    yield {
        "modelops_posture_snapshot": FORMAT,
        "looked_at": timezone.now().isoformat(),
        "month": month,
        "portal": VERSION,
    }
    for one in look_at_all():
        outcome = one.outcome
        yield {
            "control": one.control.key,
            "area": one.control.area,
            "label": one.control.label,
            "applies": outcome.applies,
            "holds": outcome.passed,
            "held": outcome.held,
            "total": outcome.total,
            "evidence": outcome.evidence,
            "findings": [
                {"title": finding.title, "severity": finding.severity, "fix": finding.fix}
                for finding in outcome.findings
            ],
        }
    newest = DayScore.objects.order_by("-day").values_list("day", flat=True).first()
    scores = DayScore.objects.filter(day=newest).order_by("kind").values("kind")
    told = {row["kind"]: [row["held"], row["total"]] for row in scores.annotate(held=Sum("held"), total=Sum("total"))}
    yield {"scores_of": str(newest) if newest else None, "held_of_total": told}
