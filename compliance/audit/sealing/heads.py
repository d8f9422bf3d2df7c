"""Whether the tree in the database continues what is anchored outside of it, and the note that says so next."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from modelops.lib.errors import Conflict

from .anchors import Anchor, AnchorFailed
from .models import Anchoring, AnchoringState
from .note import BREAK, BadNote, Head, PublicKey, check
from .tiles import StoredTree
from .tree import check_consistency, consistency_proof, frontier_at


class CheckpointRefused(Conflict):
    """The tree is not the one that ``anchor`` holds at ``anchored_size``. Nothing is signed."""

    code = "checkpoint.refused"

    def __init__(self, message: str, *, code: str, anchor: str, anchored_size: int) -> None:
        super().__init__(f"{message} See docs/howto/audit-log.md.", code=code)
        self.anchor = anchor
        self.anchored_size = anchored_size


@dataclass(frozen=True)
class Anchored:
    """What an anchor holds as its last: nothing yet where ``note`` is None."""

    anchor: str
    note: str | None


def read_back(anchors: Sequence[Anchor]) -> tuple[list[Anchored], list[AnchorFailed]]:
    """The last note of each anchor that can be read, and what went wrong with the others.

    An anchor that a checkpoint is still on its way to has failed too: what it holds now is not its last.
    """
    found, failed = [], []
    awaited = dict(Anchoring.objects.filter(state=AnchoringState.PENDING).values_list("anchor", "last_error"))
    for anchor in anchors:
        if anchor.is_readable and anchor.name in awaited:
            reason = awaited[anchor.name] or "It is being written."
            failed.append(AnchorFailed(f"The anchor {anchor.name} lacks a checkpoint. {reason}", code="anchor.behind"))
        elif anchor.is_readable:
            try:
                found.append(Anchored(anchor.name, anchor.last()))
            except AnchorFailed as problem:
                failed.append(problem)
    return found, failed


def tree_head(origin: str, size: int, extensions: Sequence[str] = ()) -> Head:
    """The head of the stored tree at ``size``. Raises CheckpointRefused where the tree has a gap."""
    try:
        with connection.cursor() as cursor:
            root = frontier_at(size, StoredTree(cursor)).root()
    except LookupError as gap:
        raise CheckpointRefused(str(gap), code="checkpoint.tree_broken", anchor="", anchored_size=0) from None
    return Head(origin, size, root, tuple(extensions))


def require_continuation(found: Anchored, head: Head, keys: Sequence[PublicKey]) -> None:
    """Raise CheckpointRefused unless the tree of ``head`` grew from the one that the anchor holds.

    What the database says about the anchored checkpoint does not count, and neither do its keys: those of the sealer's
    own file do. It only counts against the anchor: what was anchored there may not be missing.
    """
    if found.note is None:
        _require_nothing_lost(found.anchor, 0)
        return
    try:
        anchored, _ = check(found.note, keys)
    except BadNote as problem:
        raise CheckpointRefused(
            f"The last checkpoint at the anchor {found.anchor} cannot be trusted: {problem}",
            code="anchor.untrusted",
            anchor=found.anchor,
            anchored_size=0,
        ) from None
    about = {"anchor": found.anchor, "anchored_size": anchored.size}
    if anchored.origin != head.origin:
        raise CheckpointRefused(
            f"The anchor {found.anchor} holds checkpoints of {anchored.origin}, not of {head.origin}.",
            code="anchor.other_log",
            anchor=found.anchor,
            anchored_size=anchored.size,
        )
    if anchored.size > head.size:
        raise CheckpointRefused(
            f"The log has {head.size} rows, and {anchored.size} were anchored at {found.anchor}: its end is missing.",
            code="checkpoint.tail_missing",
            **about,  # type: ignore[arg-type]
        )
    try:
        with connection.cursor() as cursor:
            proof = consistency_proof(anchored.size, head.size, StoredTree(cursor))
        is_same = check_consistency(anchored.size, anchored.root, head.size, head.root, proof)
    except (LookupError, IndexError):
        is_same = False
    if not is_same:
        raise CheckpointRefused(
            f"The first {anchored.size} rows of the log are not those that were anchored at {found.anchor}.",
            code="checkpoint.rewritten",
            **about,  # type: ignore[arg-type]
        )
    _require_nothing_lost(found.anchor, anchored.size)


def _require_nothing_lost(anchor: str, size: int) -> None:
    last = (
        Anchoring.objects.filter(anchor=anchor, state=AnchoringState.DONE)
        .order_by("-id")
        .values_list("checkpoint__size", flat=True)
        .first()
    )
    if last is not None and last > size:
        raise CheckpointRefused(
            f"The anchor {anchor} ends at size {size}, and a checkpoint of size {last} was kept there: it lost some.",
            code="anchor.tail_missing",
            anchor=anchor,
            anchored_size=size,
        )


def breaks(found: Sequence[Anchored], keys: Sequence[PublicKey]) -> list[str]:
    """Lines for a checkpoint that is signed although it continues nothing: they name what it does not continue."""
    lines = []
    for one in found:
        try:
            head = check(one.note, keys)[0] if one.note is not None else None
        except BadNote:
            lines.append(f"{BREAK}{one.anchor} untrusted")
            continue
        if head is not None:
            lines.append(f"{BREAK}{one.anchor} {head.size} {base64.b64encode(head.root).decode()}")
        else:
            lines.append(f"{BREAK}{one.anchor} empty")
    return lines
