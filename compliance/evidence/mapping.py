"""The articles and controls of a framework with their state, the page of the evidence, and its date: as CSV."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from compliance.audit.exporting.forms import csv_line
from compliance.audit.exporting.period import told
from compliance.audit.models import AuditEvent
from compliance.posture.looking import Looked, look_at_all
from modelops.lib.errors import Invalid

from .frameworks import DEMANDS, Demand

HEADINGS: Final = ("framework", "reference", "asks for", "state", "findings", "evidence", "evidence of", "looked at")


@dataclass(frozen=True, slots=True)
class Answered:
    """A demand with what the posture found just now, and when the ledger last told of it."""

    demand: Demand
    findings: list[str]
    evidence_of: dt.datetime | None

    @property
    def url(self) -> str:
        """The page of the evidence, with the portal's address."""
        return settings.MODELOPS_BASE_URL.rstrip("/") + reverse(self.demand.page)

    @property
    def state(self) -> str:
        """holds, or findings."""
        return "findings" if self.findings else "holds"


def answered(framework: str) -> list[Answered]:
    """Every demand of one framework. Raises Invalid for one that is not known."""
    demands = [one for one in DEMANDS if one.framework == framework]
    if not demands:
        known = ", ".join(dict.fromkeys(one.framework for one in DEMANDS))
        raise Invalid(
            f"There is no framework {framework[:60]!r}; known: {known}.", code="framework.unknown", field="framework"
        )
    seen = [one for one in look_at_all() if one.outcome.applies]
    return [Answered(one, list(_findings(seen, one)), _newest(one)) for one in demands]


def as_csv(rows: list[Answered]) -> str:
    """One line a demand."""
    now = told(timezone.now())
    lines = [csv_line(HEADINGS)]
    for row in rows:
        since = told(row.evidence_of) if row.evidence_of else ""
        said = (row.demand.framework, row.demand.reference, row.demand.says, row.state, "; ".join(row.findings))
        lines.append(csv_line([*said, row.url, since, now]))
    return "".join(lines)


def _findings(seen: list[Looked], demand: Demand) -> Iterator[str]:
    for one in seen:
        if one.control.area in demand.areas:
            yield from (finding.title for finding in one.outcome.findings)


def _newest(demand: Demand) -> dt.datetime | None:
    if not demand.actions:
        return None
    named = Q()
    for beginning in demand.actions:
        named |= Q(name__startswith=beginning)
    return AuditEvent.objects.filter(named).order_by("-id").values_list("recorded_at", flat=True).first()
