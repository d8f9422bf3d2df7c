"""Far more requests than the limits allow, from one account: a signal, never a block; the limits do that."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from ..base import EVIDENCE, Detector, Happened, Limit, Seen, detectors, events_since

AT_LEAST: Final = 100
_ROUTES: Final = 5


@detectors.register("request_rate")
class RequestRate(Detector):
    label = "Far more requests than the limits allow"
    severity = "warning"
    score = 50
    within = timedelta(minutes=5)
    runbook = "docs/howto/runbooks/request-rate.md"
    thresholds = (Limit("account", "requests over the limit of one account within 5 minutes", AT_LEAST, 10, 1_000_000),)

    def look(self, since: datetime) -> Iterator[Seen]:
        found: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
        rows = events_since(since, "rest.requests.limited")
        for row in rows[:10_000]:
            key = (row.actor_kind, row.actor_ref or row.source)
            told = (int(row.details.get("count", 1)), str(row.details.get("route", "")), str(row.pk))
            found.setdefault(key, []).append(told)
        for (kind, ref), told in found.items():
            count = sum(number for number, _, _ in told)
            if count >= self.limits["account"]:
                routes = sorted({route for _, route, _ in told})
                words = f"{count} requests over the limit within 5 minutes, to {', '.join(routes[:_ROUTES])}"
                yield Seen(kind, ref, count, self.limits["account"], words, tuple(one[2] for one in told[-EVIDENCE:]))

    def happened(self, since: datetime, most: int) -> Iterator[Happened]:
        for row in events_since(since, "rest.requests.limited")[:most]:
            count = int(row.details.get("count", 1))
            yield Happened("account", row.actor_kind, row.actor_ref or row.source, row.recorded_at, count)
