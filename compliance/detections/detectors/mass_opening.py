"""Opening or taking out far more than the same account does otherwise."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from compliance.audit.events import event_classes

from ..base import EVIDENCE, Detector, Happened, Limit, Seen, detectors, events_since, grouped

AT_LEAST: Final = 20
TIMES_THE_USUAL: Final = 5
_BASELINE: Final = timedelta(days=14)
# Events by which sealed content is opened or leaves the portal, as the vocabulary classes them.
_OPENS: Final = {"file_hosting.download", "file_hosting.open", "datastore.decrypt", "event_log.export"}


def opening_events() -> tuple[str, ...]:
    """Names of the events by which something is opened or taken out."""
    return tuple(sorted(name for name, event in event_classes().items() if event.ocsf in _OPENS))


@detectors.register("mass_opening")
class MassOpening(Detector):
    label = "Opening far more than usual"
    severity = "high"
    score = 90
    within = timedelta(hours=1)
    runbook = "docs/howto/runbooks/mass-opening.md"
    baseline = _BASELINE
    thresholds = (
        Limit("account", "objects opened by one account within an hour, at least", AT_LEAST, 5, 100_000),
        Limit("times_the_usual", "times the busiest hour of the account in two weeks", TIMES_THE_USUAL, 2, 100),
    )

    def look(self, since: datetime) -> Iterator[Seen]:
        names = opening_events()
        for (kind, ref), ids in grouped(events_since(since, *names), "actor_kind", "actor_ref").items():
            if len(ids) < self.limits["account"] or not ref:
                continue
            before = events_since(since - _BASELINE, *names).filter(
                recorded_at__lt=since, actor_kind=kind, actor_ref=ref
            )
            # The busiest hour of an account says more than its mean: it works in hours and not around the clock.
            hours: dict[str, int] = {}
            for moment in before.values_list("recorded_at", flat=True)[:10_000]:
                hours[f"{moment:%Y%m%d%H}"] = hours.get(f"{moment:%Y%m%d%H}", 0) + 1
            usual = max(hours.values(), default=0)
            expected = self.expected("account", usual)
            if len(ids) >= expected:
                words = f"{len(ids)} objects opened within an hour; its busiest hour of two weeks had {usual}"
                yield Seen(kind, ref, len(ids), expected, words, tuple(ids[:EVIDENCE]))

    def happened(self, since: datetime, most: int) -> Iterator[Happened]:
        rows = events_since(since, *opening_events()).exclude(actor_ref="")
        for at, kind, ref in rows.values_list("recorded_at", "actor_kind", "actor_ref")[:most]:
            yield Happened("account", kind, ref, at)

    def expected(self, limit: str, usual: int) -> int:
        return max(self.limits["account"], self.limits["times_the_usual"] * usual)
