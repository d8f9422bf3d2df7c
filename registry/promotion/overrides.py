"""The report of overridden gates: which versions went live past a gate that had failed, month by month."""

import datetime as dt
import re
from typing import Any

from django.utils import timezone

from modelops.lib.errors import Invalid

from .models import Promotion, State

MOST_ROWS = 1000
_MONTH = re.compile(r"(2\d{3})-(0[1-9]|1[0-2])")
COLUMNS = ("decided_at", "model", "version", "alias", "kind", "gates", "reason", "requester", "approvers", "promotion")


def asked_month(text: str) -> dt.datetime:
    """The first moment of a month given as 2026-11; this month for "". Raises Invalid."""
    now = timezone.now()
    if not text:
        return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = _MONTH.fullmatch(text)
    if found is None:
        raise Invalid(f"{text[:20]!r} is no month; write it as {now:%Y-%m}.", code="report.month", field="month")
    return dt.datetime(int(found.group(1)), int(found.group(2)), 1, tzinfo=dt.UTC)


def following(month: dt.datetime, by: int = 1) -> dt.datetime:
    """The month after, or before for a negative number."""
    count = month.year * 12 + month.month - 1 + by
    return month.replace(year=count // 12, month=count % 12 + 1)


def overrides_of(user: Any, month: dt.datetime) -> list[Promotion]:
    """The promotions of a month that passed a failed gate by, of models that ``user`` may see, newest first."""
    rows = Promotion.objects.visible_to(user).filter(
        state=State.EXECUTED, decided_at__gte=month, decided_at__lt=following(month)
    )
    rows = rows.exclude(override_reason="").select_related("model").prefetch_related("approvals")
    return list(rows.order_by("-decided_at")[:MOST_ROWS])


def as_cells(promotion: Promotion) -> list[str]:
    """The cells of a line in the file, in the order of `COLUMNS`."""
    return [
        promotion.decided_at.isoformat() if promotion.decided_at else "",
        promotion.model.name,
        str(promotion.number),
        promotion.alias,
        str(promotion.kind),
        " ".join(promotion.failed_gate_names),
        promotion.override_reason,
        promotion.requester_ref,
        " ".join(promotion.approver_refs),
        str(promotion.pk),
    ]
