"""A second factor that was taken away."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ..base import EVIDENCE, Detector, Seen, detectors, events_since, grouped


@detectors.register("factor_removed")
class FactorRemoved(Detector):
    label = "A second factor was taken away"
    severity = "high"
    score = 70
    within = timedelta(hours=1)
    runbook = "docs/howto/runbooks/factor-removed.md"

    def look(self, since: datetime) -> Iterator[Seen]:
        rows = events_since(since, "accounts.factor.removed", "accounts.factor.taken_away")
        for (kind, target), ids in grouped(rows, "target_type", "target_id").items():
            words = f"A second factor was taken away, {len(ids)} times within the hour"
            yield Seen(kind.rpartition(".")[2], target, len(ids), 0, words, tuple(ids[:EVIDENCE]))
