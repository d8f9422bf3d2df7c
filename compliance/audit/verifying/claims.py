"""What signed notes claim: that the tree of so many leaves had this root. The tree itself says whether it is so.

After an accepted break the ledger goes on from what is left. Claims from before it are given up, and the signed head
that says so becomes a warning: else nothing would ever hold again, and the next change would not be seen.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..models import AuditEvent
from ..sealing.audit_events import BREAK_ACCEPTED
from ..sealing.models import Checkpoint, CheckpointKey
from ..sealing.note import BREAK, BadNote, PublicKey, check, parse
from .verdict import Finding


@dataclass(frozen=True, slots=True)
class Claim:
    """``source`` is "the database" or the name of an anchor."""

    size: int
    root: bytes
    source: str


def known_keys(pinned: Iterable[PublicKey] = ()) -> list[PublicKey]:
    """The keys to believe: those that the caller brings from outside the database, else those that stand there."""
    return list(pinned) or [PublicKey(key.name, bytes(key.public_key)) for key in CheckpointKey.objects.all()]


def database_claims(keys: list[PublicKey], findings: list[Finding], *, above: int = -1) -> Iterator[Claim]:
    """Claims of the checkpoints in the database by size, those larger than ``above``; unsound ones become findings."""
    rows = Checkpoint.objects.filter(size__gt=above)
    broken_off = _last_break(keys)
    if broken_off is not None:
        rows = rows.filter(pk__gte=broken_off.pk)
        findings.append(_told("the database", broken_off.size))
    before = 0
    for row in rows.order_by("size", "id").iterator(chunk_size=2000):
        try:
            head, _ = check(row.note, keys)
        except BadNote as error:
            findings.append(Finding("checkpoint.signature", str(error), row.size))
            continue
        if (head.size, head.root) != (row.size, bytes(row.root)):
            findings.append(
                Finding("checkpoint.signature", f"The checkpoint of size {row.size} signs another head.", row.size)
            )
        if row.pk < before:
            findings.append(
                Finding(
                    "checkpoint.order", f"The checkpoint of size {row.size} was signed after a larger one.", row.size
                )
            )
        before = max(before, row.pk)
        yield Claim(head.size, head.root, "the database")


def anchored_claims(
    name: str, notes: Iterable[str], keys: list[PublicKey], findings: list[Finding], *, above: int = -1
) -> list[Claim]:
    """Claims larger than ``above`` of the notes that an anchor holds, in the order in which it took them.

    Until the first of them signatures are not checked: years of notes would take minutes, at each look.
    """
    claims: list[Claim] = []
    faults: list[Finding] = []
    largest = 0
    for note in notes:
        try:
            if not largest and BREAK not in note and parse(note).head.size <= above:
                continue
            head, _ = check(note, keys)
        except BadNote as error:
            faults.append(Finding("checkpoint.signature", f"In {name}: {error}"))
            continue
        if head.is_break:
            claims, faults, largest = [], [_told(name, head.size)], 0
        if head.size < largest:
            says = f"A head of {head.size} rows came to {name} after one of {largest}: the log was rolled back."
            faults.append(Finding("anchor.fork", says, head.size))
        largest = max(largest, head.size)
        if head.size > above:
            claims.append(Claim(head.size, head.root, name))
    findings += faults
    return claims


def _last_break(keys: list[PublicKey]) -> Checkpoint | None:
    """The newest sound checkpoint that gives up what was signed before it."""
    if not AuditEvent.objects.filter(name=BREAK_ACCEPTED.name).exists():
        return None  # the ledger tells of each; without one, years of notes need not be searched
    for row in Checkpoint.objects.filter(note__contains=f"\n{BREAK}").order_by("-id"):
        try:
            head, _ = check(row.note, keys)
        except BadNote:
            continue
        if head.is_break:
            return row
    return None


def _told(source: str, size: int) -> Finding:
    says = f"After a break somebody went on from {size} rows, says a signed head in {source}; older ones do not count."
    return Finding("checkpoint.broken_off", says)
