"""A ledger that does not hold."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from compliance.audit.models import Outcome

from ..base import EVIDENCE, Detector, Seen, detectors, events_since


@detectors.register("chain_broken")
class ChainBroken(Detector):
    label = "The audit log does not hold"
    severity = "critical"
    score = 100
    within = timedelta(hours=1)
    runbook = "docs/howto/runbooks/chain-broken.md"

    def look(self, since: datetime) -> Iterator[Seen]:
        rows = events_since(since, "audit.ledger.verified").exclude(outcome=Outcome.SUCCESS)
        ids = [str(key) for key in rows.values_list("pk", flat=True)[:EVIDENCE]]
        if ids:
            yield Seen("ledger", "", len(ids), 0, "A verification found rows that are not what was sealed", tuple(ids))
