"""What signed notes claim: that the tree of so many leaves had this root. The tree itself says whether it is so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..sealing.models import Checkpoint, CheckpointKey
from ..sealing.note import BadNote, PublicKey, check
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


def database_claims(keys: list[PublicKey], findings: list[Finding], *, above: int = 0) -> Iterator[Claim]:
    """Claims of the checkpoints in the database by size, those larger than ``above``; unsound ones become findings."""
    before = None
    rows = (
        Checkpoint.objects.filter(size__gt=above).order_by("size", "id")
        if above
        else Checkpoint.objects.order_by("size", "id")
    )
    for row in rows.iterator(chunk_size=2000):
        try:
            head, _ = check(row.note, keys)
        except BadNote as error:
            findings.append(Finding("checkpoint.signature", str(error), row.size))
            continue
        if (head.size, head.root) != (row.size, bytes(row.root)):
            findings.append(
                Finding("checkpoint.signature", f"The checkpoint of size {row.size} signs another head.", row.size)
            )
        if before is not None and row.pk < before:
            findings.append(
                Finding(
                    "checkpoint.order", f"The checkpoint of size {row.size} was signed after a larger one.", row.size
                )
            )
        before = row.pk if before is None else max(before, row.pk)
        yield Claim(head.size, head.root, "the database")


def anchored_claims(name: str, notes: Iterable[str], keys: list[PublicKey], findings: list[Finding]) -> Iterator[Claim]:
    """Claims of the notes that an anchor holds, in the order in which it took them."""
    largest = 0
    for note in notes:
        try:
            head, _ = check(note, keys)
        except BadNote as error:
            findings.append(Finding("checkpoint.signature", f"The anchor {name}: {error}"))
            continue
        if head.size < largest:
            findings.append(
                Finding(
                    "anchor.fork",
                    f"{name} took a head of {head.size} rows after one of {largest}: the log was rolled back.",
                    head.size,
                )
            )
        largest = max(largest, head.size)
        yield Claim(head.size, head.root, name)
