"""Opening a review, deciding its lines, signing it."""

import datetime as dt
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import SHA256, Cast, Concat
from django.utils import timezone

from compliance.audit import Actor, name_actors, record
from compliance.audit.history import reads as read_events
from compliance.audit.models import AuditEvent
from compliance.audit.partitions import recorded_within
from modelops.lib.errors import Conflict, Invalid

from .audit_events import LINE_DECIDED, REVIEW_OPENED, REVIEW_SIGNED
from .models import AccessReview, Decision, LineKind, ReviewKind, ReviewLine
from .rights import Right, standing_rights, take_away
from .sampling import sample

READS_SHOWN = 25
RIGHTS_OF_A_GROUP = 3
DAYS_TO_DO_IT, DAYS_FOR_EVERY_RIGHT = 14, 30
LONGEST_NOTE = 500


def month_before(moment: dt.datetime) -> dt.date:
    """The first day of the month before the one of ``moment``."""
    return (moment.date().replace(day=1) - dt.timedelta(days=1)).replace(day=1)


@transaction.atomic
def open_review(month: dt.date, *, actor: Actor, seed: str = "") -> AccessReview:
    """Draw the sample of ``month`` and open its review. Raises Conflict when there is one."""
    month = month.replace(day=1)
    if AccessReview.objects.select_for_update().filter(kind=ReviewKind.SAMPLE, month=month).exists():
        raise Conflict(f"The access review of {month:%B %Y} is open already.", code="review.exists")
    seed = seed or secrets.token_hex(32)
    reads, shown = _reads(month, seed)
    rights, sampled = _rights(seed)
    now = timezone.now()
    review = AccessReview.objects.create(
        month=month,
        opened_at=now,
        due_at=now + dt.timedelta(days=DAYS_TO_DO_IT),
        seed=seed,
        reads=reads,
        rights=rights,
    )
    lines = [*(_of_read(row) for row in shown), *(_of_right(right) for right in sampled)]
    _fill(review, lines, actor)
    return review


def quarter_of(moment: dt.datetime) -> dt.date:
    """The first day of the quarter of ``moment``."""
    return dt.date(moment.year, (moment.month - 1) // 3 * 3 + 1, 1)


@transaction.atomic
def open_campaign(quarter: dt.date, *, actor: Actor) -> AccessReview:
    """Put every standing right before the officer, once a quarter. Raises Conflict when that was done."""
    if AccessReview.objects.select_for_update().filter(kind=ReviewKind.CAMPAIGN, month=quarter).exists():
        raise Conflict(f"The access review of the quarter from {quarter} is open already.", code="review.exists")
    lines = [_of_right(right) for right in standing_rights()]
    now = timezone.now()
    review = AccessReview.objects.create(
        kind=ReviewKind.CAMPAIGN,
        month=quarter,
        opened_at=now,
        due_at=now + dt.timedelta(days=DAYS_FOR_EVERY_RIGHT),
        reads=0,
        rights=len(lines),
    )
    _fill(review, lines, actor)
    return review


def _fill(review: AccessReview, lines: list[ReviewLine], actor: Actor) -> None:
    for line in lines:
        line.review = review
    ReviewLine.objects.bulk_create(lines, batch_size=1000)
    record(
        REVIEW_OPENED, review, actor=actor, month=review.period, lines=len(lines), reads=review.reads,
        rights=review.rights, seed=review.seed,
    )  # fmt: skip


@transaction.atomic
def decide(line: ReviewLine, decision: str, note: str, *, actor: Actor) -> ReviewLine:
    """Say what is to become of a line; a right that is withdrawn is gone at once.

    Raises Conflict when the review is signed or the right was withdrawn before, Invalid for a missing note.
    """
    review = AccessReview.objects.select_for_update().get(pk=line.review_id)
    _require_unsigned(review)
    line = ReviewLine.objects.get(pk=line.pk, review=review)
    if line.withdrawn_at is not None:
        raise Conflict(
            "The right was taken away with this line; who needs it asks for it anew.", code="review.withdrawn"
        )
    note = note.strip()
    if decision not in Decision.values:
        raise Invalid(f"A line is kept, withdrawn or explained, not {decision[:40]!r}.", code="review.decision")
    if decision != Decision.KEEP and not note:
        raise Invalid(
            "A withdrawal and an explanation need a note that says why.",
            code="review.note_missing",
            field="note",
        )
    if len(note) > LONGEST_NOTE:
        raise Invalid(f"The note has {len(note)} characters; at most {LONGEST_NOTE} fit.", field="note")
    line.decision, line.note, line.decided_at, line.decided_ref = decision, note, timezone.now(), actor.ref
    # Lines from before rights could be taken from here only say what somebody else is to do.
    if decision == Decision.WITHDRAW and line.kind == LineKind.RIGHT and line.source:
        take_away(line.source, line.about_ref, actor=actor)
        line.withdrawn_at = line.decided_at
    line.save(update_fields=["decision", "note", "decided_at", "decided_ref", "withdrawn_at"])
    record(
        LINE_DECIDED, review, actor=actor, month=review.period, line=str(line.pk), decision=decision,
        key=line.about_ref,
    )  # fmt: skip
    return line


@transaction.atomic
def sign(review: AccessReview, statement: str, *, actor: Actor) -> AccessReview:
    """Close the review. Raises Conflict while a line is undecided or when it is signed; Invalid without words."""
    review = AccessReview.objects.select_for_update().get(pk=review.pk)
    _require_unsigned(review)
    left = review.lines.filter(decision="").count()
    if left:
        raise Conflict(f"{left} lines are not decided yet; go through them first.", code="review.undecided")
    if not statement.strip():
        raise Invalid("Say in a sentence what you have looked at.", code="review.statement_missing", field="statement")
    review.signed_at, review.signed_ref, review.statement = timezone.now(), actor.ref, statement.strip()[:2000]
    review.save(update_fields=["signed_at", "signed_ref", "statement"])
    counts = Counter(review.lines.values_list("decision", flat=True))
    record(
        REVIEW_SIGNED, review, actor=actor, month=review.period,
        **{decision.value: counts[decision.value] for decision in Decision},
    )  # fmt: skip
    return review


def _require_unsigned(review: AccessReview) -> None:
    if review.signed_at is not None:
        raise Conflict(
            f"{review} was signed on {review.signed_at:%Y-%m-%d} and stays as it is; the next one is the place.",
            code="review.signed",
        )


def reads_of(month: dt.date) -> QuerySet[AuditEvent]:
    """What people and programs read in a month."""
    begin = dt.datetime.combine(month, dt.time(), dt.UTC)
    end = (begin + dt.timedelta(days=32)).replace(day=1)
    rows = AuditEvent.objects.filter(recorded_within(begin, end))
    return rows.filter(name__in=read_events(), actor_kind__in=["user", "service"])


def _reads(month: dt.date, seed: str) -> tuple[int, list[AuditEvent]]:
    rows = reads_of(month)
    order = SHA256(Concat(Value(seed), Cast(F("id"), CharField(max_length=36)), output_field=CharField(max_length=110)))
    return rows.count(), list(rows.annotate(place=order).order_by("place", "id")[:READS_SHOWN])


def _rights(seed: str) -> tuple[int, list[Right]]:
    """How many there are, and some of each group."""
    groups: defaultdict[str, list[Right]] = defaultdict(list)
    for right in standing_rights():
        groups[right.group].append(right)
    sampled: list[Right] = []
    for _, rights in sorted(groups.items()):
        sampled += sample(seed, ((right.key, right) for right in rights), RIGHTS_OF_A_GROUP)
    return sum(map(len, groups.values())), sampled


def _of_read(row: AuditEvent) -> ReviewLine:
    says = f"{row.recorded_at:%Y-%m-%d %H:%M} UTC: {row.sentence}"[:400]
    return ReviewLine(kind=LineKind.READ, about_ref=str(row.pk), group=row.name, holder_ref=row.actor_ref, says=says)


def _of_right(right: Right) -> ReviewLine:
    return ReviewLine(
        kind=LineKind.RIGHT,
        about_ref=right.key,
        source=right.source,
        group=right.group[:120],
        holder_ref=right.holder_ref[:100],
        says=right.says[:400],
    )


def named(lines: QuerySet[ReviewLine]) -> Iterator[Any]:
    """The lines with ``actor_name``, where the account still has one."""
    rows: list[Any] = list(lines)
    for row in rows:
        row.actor_kind, row.actor_ref = "user", row.holder_ref
    name_actors(rows)
    yield from rows
