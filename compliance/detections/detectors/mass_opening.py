"""Opening or taking out far more than the same account does otherwise."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncHour

from compliance.audit.events import event_classes
from compliance.audit.models import AuditEvent

from ..base import EVIDENCE, Detector, Happened, Limit, Seen, detectors, events_since, masked, typical

AT_LEAST: Final = 20
TIMES_THE_USUAL: Final = 10
_BASELINE: Final = timedelta(days=14)
_OBJECTS: Final = 5
# What is counted, each against its own past: events as the vocabulary classes them, and some by name.
_BY_CLASS: Final = {
    "file_hosting.download": "downloads",
    "file_hosting.open": "downloads",
    "datastore.decrypt": "decrypts",
    "event_log.export": "exports",
}
_BY_NAME: Final = {
    "audit.personal.read": "decrypts",
    "accounts.user.person_revealed": "decrypts",
    "subjects.request.subject_revealed": "decrypts",
    "registers.register.exported": "exports",
    "evidence.pack.given": "exports",
    "escrow.configuration.exported": "exports",
}
# The second row of what another row has told, and what the portal reads from another copy of its own accord.
_NOT_COUNTED: Final = {"registry.artifact.downloaded", "audit.export.finished", "locations.copy.read_elsewhere"}


def opening_events() -> dict[str, str]:
    """Names of the events by which something is opened or taken out, and which of the three it is."""
    found = {
        name: _BY_NAME.get(name) or _BY_CLASS.get(event.ocsf, "")
        for name, event in sorted(event_classes().items())
        if name not in _NOT_COUNTED
    }
    return {name: kind for name, kind in found.items() if kind}


@detectors.register("mass_opening")
class MassOpening(Detector):
    """The usual of an account is the median of its busiest hours, one of each day of two weeks on which it did any.

    It works in hours and not around the clock, so that a mean over all of them would say nothing; and a median stays
    where it is after one day that was out of the ordinary.
    """

    label = "Opening far more than usual"
    severity = "high"
    score = 90
    within = timedelta(hours=1)
    runbook = "docs/howto/runbooks/mass-opening.md"
    baseline = _BASELINE
    thresholds = (
        Limit("account", "downloads, decrypts or exports by one account in an hour, at least", AT_LEAST, 5, 100_000),
        Limit("times_the_usual", "times the usual busy hour of the account in two weeks", TIMES_THE_USUAL, 2, 100),
    )

    def look(self, since: datetime) -> Iterator[Seen]:
        kinds = opening_events()
        counts: dict[tuple[str, str], Counter[str]] = {}
        rows = events_since(since, *kinds).exclude(actor_ref="").order_by()
        for actor, ref, name, number in rows.values_list("actor_kind", "actor_ref", "name").annotate(Count("pk")):
            counts.setdefault((actor, ref), Counter())[kinds[name]] += number
        for (actor, ref), by_kind in sorted(counts.items()):
            over = list(self._over(since, actor, ref, by_kind))
            if over:
                names = [name for name, kind in kinds.items() if kind in {one[0] for one in over}]
                yield self._seen(actor, ref, over, events_since(since, *names).filter(actor_kind=actor, actor_ref=ref))

    def _over(
        self, since: datetime, actor: str, ref: str, by_kind: Counter[str]
    ) -> Iterator[tuple[str, int, int, int]]:
        """Kind, how many, the usual and the limit, of what is too much."""
        for kind, count in sorted(by_kind.items()):
            if count < self.limits["account"]:
                continue
            names = [name for name, one in opening_events().items() if one == kind]
            before = events_since(since - _BASELINE, *names).filter(
                recorded_at__lt=since, actor_kind=actor, actor_ref=ref
            )
            by_hour = before.order_by().annotate(hour=TruncHour("recorded_at", tzinfo=UTC)).values_list("hour")
            usual = typical(by_hour.annotate(Count("pk")))
            expected = self.expected("account", usual)
            if count >= expected:
                yield kind, count, usual, expected

    def _seen(self, actor: str, ref: str, over: list[tuple[str, int, int, int]], rows: QuerySet[AuditEvent]) -> Seen:
        """One for the account, whatever it is too much of; the newest rows show it."""
        _, count, _, expected = max(over, key=lambda one: one[1] / one[3])
        evidence = [str(pk) for pk in rows.order_by("-id").values_list("pk", flat=True)[:EVIDENCE]]
        much = " and ".join(f"{count:,} {kind} (usually {usual:,})" for kind, count, usual, _ in over)
        words = f"{much} within an hour by {masked(actor, ref)}: {_objects(rows)}"
        return Seen(actor, ref, count, expected, words, tuple(reversed(evidence)))

    def happened(self, since: datetime, most: int) -> Iterator[Happened]:
        kinds = opening_events()
        rows = events_since(since, *kinds).exclude(actor_ref="")
        for at, actor, ref, name in rows.values_list("recorded_at", "actor_kind", "actor_ref", "name")[:most]:
            yield Happened("account", actor, ref, at, what=kinds[name])

    def expected(self, limit: str, usual: int) -> int:
        return max(self.limits["account"], self.limits["times_the_usual"] * usual)


def _objects(rows: QuerySet[AuditEvent]) -> str:
    """Which ones, the most opened first, by their kind and the end of their id: names of some may not leave."""
    about = rows.order_by().values_list("target_type", "target_id").annotate(Count("pk"))
    found: Iterable[tuple[str, str, int]] = sorted(about, key=lambda one: (-one[2], one[:2]))
    named = [masked(kind.rpartition(".")[2], key) if kind else "the audit log" for kind, key, _ in found]
    more = len(named) - _OBJECTS
    return ", ".join(named[:_OBJECTS]) + (f" and {more:,} more" if more > 0 else "")
