"""One actor that is denied again and again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from compliance.audit.models import AuditEvent, Outcome
from modelops.lib.ids import first_id_at

from ..base import EVIDENCE, Detector, Happened, Limit, Seen, detectors, grouped

AT_LEAST: Final = 50


@detectors.register("denial_burst")
class DenialBurst(Detector):
    label = "Many refusals of one account"
    severity = "high"
    score = 60
    within = timedelta(minutes=5)
    runbook = "docs/howto/runbooks/denials.md"
    thresholds = (Limit("account", "refusals of one account within 5 minutes", AT_LEAST, 5, 10_000),)

    def look(self, since: datetime) -> Iterator[Seen]:
        for (kind, ref), ids in grouped(_denied(since), "actor_kind", "actor_ref").items():
            if len(ids) >= self.limits["account"]:
                words = f"{len(ids)} refusals within 5 minutes"
                yield Seen(kind, ref, len(ids), self.limits["account"], words, tuple(ids[-EVIDENCE:]))

    def happened(self, since: datetime, most: int) -> Iterator[Happened]:
        for at, kind, ref in _denied(since).values_list("recorded_at", "actor_kind", "actor_ref")[:most]:
            yield Happened("account", kind, ref, at)


def _denied(since: datetime) -> QuerySet[AuditEvent]:
    rows = AuditEvent.objects.filter(
        pk__gte=first_id_at(since, -timedelta(minutes=5)), recorded_at__gte=since, outcome=Outcome.DENIED
    )
    return rows.exclude(actor_ref="").exclude(name="rest.requests.limited").order_by("id")
