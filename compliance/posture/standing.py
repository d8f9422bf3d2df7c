"""The posture of models and pipelines, one by one: every check, the sum of it, and what the clock wrote down before."""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from modelops.lib.errors import NotFound
from modelops.lib.posture_of import CheckOf, Found, Standing, checks_of, kinds, known_kind

from .models import DayScore, OpenFinding

logger = logging.getLogger(__name__)
AT_ONCE: Final = 500
DAYS_SHOWN, DAYS_KEPT = 90, 400


@dataclass(frozen=True, slots=True)
class Line:
    """One check of one thing. ``since`` is None where it holds."""

    check: CheckOf
    standing: Standing
    since: dt.datetime | None

    @property
    def status(self) -> str:
        """holds, fails or not_applicable."""
        return {True: "holds", False: "fails", None: "not_applicable"}[self.standing.holds]

    @property
    def fix(self) -> str:
        """What to do where it does not hold: of this thing where the look says it, else what holds for all."""
        return self.standing.fix or (self.check.fix if self.standing.holds is False else "")


@dataclass(frozen=True, slots=True)
class Posture:
    """Everything that is known of one thing's posture."""

    found: Found
    lines: list[Line]
    trend: list[DayScore]

    @property
    def held(self) -> int:
        return sum(line.standing.holds is True for line in self.lines)

    @property
    def total(self) -> int:
        return sum(line.standing.holds is not None for line in self.lines)

    @property
    def score(self) -> int:
        """Of a hundred; a thing to which nothing applies has all of them."""
        return score_of(self.held, self.total)

    @property
    def arithmetic(self) -> str:
        """The sum, to be done again by whoever reads it."""
        asked = [line for line in self.lines if line.standing.holds is not None]
        parts = [f"{line.check.key} {int(bool(line.standing.holds))}" for line in asked]
        return f"({' + '.join(parts) or '0'}) / {self.total} × 100 = {self.score}" if self.total else "no check applies"

    @property
    def scores(self) -> list[float]:
        """Of the days, for a picture."""
        return [float(score_of(one.held, one.total)) for one in self.trend]


def score_of(held: int, total: int) -> int:
    """What holds of what applies, in a hundred."""
    return round(100 * held / total) if total else 100


def posture_of(kind: str, name: str, user: Any) -> Posture:
    """The posture of what ``user`` may see under ``name``, looked up just now. Raises NotFound."""
    found = known_kind(kind).find(user, name)
    if found is None:
        raise NotFound(f"There is none of this name among the {kind} that you may see.", code="posture.not_found")
    looked = look_at(kind, [found.pk])[found.pk]
    stored = dict(OpenFinding.objects.filter(kind=kind, ref=found.pk).values_list("check_key", "since"))
    now = timezone.now()
    lines = [
        Line(check, standing, (standing.since or stored.get(check.key, now)) if standing.holds is False else None)
        for check, standing in looked
    ]
    since = now.date() - dt.timedelta(days=DAYS_SHOWN)
    return Posture(found, lines, list(DayScore.objects.filter(kind=kind, ref=found.pk, day__gt=since)))


def look_at(kind: str, refs: Sequence[UUID]) -> dict[UUID, list[tuple[CheckOf, Standing]]]:
    """Every check for every thing. One that cannot look counts as not holding: what is not seen is not proven."""
    seen: dict[UUID, list[tuple[CheckOf, Standing]]] = {ref: [] for ref in refs}
    for check in checks_of(kind):
        try:
            with transaction.atomic():
                answers = check.look(refs)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("The check %s of %s could not look", check.key, kind)
            blind = Standing(False, "It could not be looked up.", "The log has the reason.")
            answers = dict.fromkeys(refs, blind)
        for ref in refs:
            seen[ref].append((check, answers.get(ref, Standing(None, "Does not apply."))))
    return seen


def write_down() -> int:
    """Look at everything and keep the score of today and since when something is found; how many things there were."""
    today = timezone.now().date()
    DayScore.objects.filter(day__lt=today - dt.timedelta(days=DAYS_KEPT)).delete()
    return sum(_write_some(kind, refs, today) for kind in kinds() for refs in _some(kind))


def _some(kind: str) -> Iterator[list[UUID]]:
    refs = iter(known_kind(kind).everything())
    while some := list(islice(refs, AT_ONCE)):
        yield some


@transaction.atomic
def _write_some(kind: str, refs: list[UUID], today: dt.date) -> int:
    looked = look_at(kind, refs)
    now = timezone.now()
    DayScore.objects.bulk_create(
        [
            DayScore(
                kind=kind, ref=ref, day=today,
                held=sum(one.holds is True for _, one in lines),
                total=sum(one.holds is not None for _, one in lines),
            )
            for ref, lines in looked.items()
        ],
        update_conflicts=True, unique_fields=["kind", "ref", "day"], update_fields=["held", "total"],
    )  # fmt: skip
    failing = {
        (ref, check.key): one.since for ref, lines in looked.items() for check, one in lines if one.holds is False
    }
    OpenFinding.objects.bulk_create(
        [OpenFinding(kind=kind, ref=ref, check_key=key, since=since or now) for (ref, key), since in failing.items()],
        ignore_conflicts=True,
    )
    rows = OpenFinding.objects.filter(kind=kind, ref__in=refs).values_list("pk", "ref", "check_key")
    OpenFinding.objects.filter(pk__in=[pk for pk, ref, key in rows if (ref, key) not in failing]).delete()
    return len(refs)
