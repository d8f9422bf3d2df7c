"""One actor that is denied again and again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from compliance.audit.models import AuditEvent, Outcome
from modelops.lib.ids import first_id_at

from ..base import EVIDENCE, Detector, Seen, detectors, grouped

AT_LEAST: Final = 50


@detectors.register("denial_burst")
class DenialBurst(Detector):
    label = "Many refusals of one account"
    severity = "high"
    score = 60
    within = timedelta(minutes=5)
    runbook = "docs/howto/runbooks/denials.md"

    def look(self, since: datetime) -> Iterator[Seen]:
        rows = AuditEvent.objects.filter(
            pk__gte=first_id_at(since, -timedelta(minutes=5)), recorded_at__gte=since, outcome=Outcome.DENIED
        )
        rows = rows.exclude(actor_ref="").exclude(name="rest.requests.limited")
        for (kind, ref), ids in grouped(rows.order_by("id"), "actor_kind", "actor_ref").items():
            if len(ids) >= AT_LEAST:
                words = f"{len(ids)} refusals within 5 minutes"
                yield Seen(kind, ref, len(ids), AT_LEAST, words, tuple(ids[:EVIDENCE]))
