"""Signing the head of the tree: each minute or thousand rows, each hour when nothing happens.

A checkpoint is signed only when it continues what every anchor holds that can be read, and one of them at least must
answer: else there would be two truths to choose from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from ..actor import Actor
from ..ledger import record
from .anchors import Anchor, AnchorFailed
from .audit_events import BREAK_ACCEPTED
from .heads import breaks, read_back, require_continuation, tree_head
from .models import Anchoring, AnchoringState, Checkpoint, Seal
from .note import BadNote, Head, check, sign
from .reasons import BreakReason
from .sequencing import LOCK
from .signing_keys import origin, read_keys, require_known, write_keys
from .sizes import sealed_rows, sealed_size

EVERY_ROWS = 1000
EVERY_S = 60
IDLE_EVERY_S = 3600


@dataclass(frozen=True)
class Waiting:
    """No checkpoint is signed now, and that is a fault: every anchor that can be read failed."""

    problem: AnchorFailed


def is_due(now: datetime | None = None) -> bool:
    """Whether the time or the number of rows since the last checkpoint asks for another."""
    size = sealed_size()
    last = Checkpoint.objects.first()
    if last is None:
        return size > 0
    age_s = ((now or timezone.now()) - last.signed_at).total_seconds()
    grown = size - last.size
    return grown < 0 or grown >= EVERY_ROWS or (grown > 0 and age_s >= EVERY_S) or age_s >= IDLE_EVERY_S


def examine(anchors: Sequence[Anchor], key_file: Path) -> AnchorFailed | None:
    """Look whether the tree continues what is anchored. Raises CheckpointRefused when it does not.

    Returns what went wrong when no anchor could be read.
    """
    keys = require_known(read_keys(key_file))
    found, failed = read_back(anchors)
    if not found:
        return failed[0] if failed else None
    with transaction.atomic():
        _lock()
        head = tree_head(origin(), sealed_size())
        for one in found:
            require_continuation(one, head, keys)
    return None


def sign_checkpoint(anchors: Sequence[Anchor], key_file: Path) -> Checkpoint | Waiting:
    """Sign the tree as it is now and put the checkpoint on its way to the anchors.

    Raises CheckpointRefused when it does not continue what an anchor holds, KeyFileRefused without a key.
    """
    private = read_keys(key_file)
    keys = require_known(private)
    found, failed = read_back(anchors)
    if not found:
        return Waiting(failed[0])
    with transaction.atomic():
        _lock()
        head = tree_head(origin(), sealed_size())
        for one in found:
            require_continuation(one, head, keys)
        is_rollover = len(private) > 1
        return _store(head, sign(head, private), keys[0].key_id, anchors, to_all=is_rollover)


def accept_break(anchors: Sequence[Anchor], key_file: Path, reason: BreakReason, *, actor: Actor) -> Checkpoint:
    """Go on from the tree as it is, although it does not continue what is anchored: after the loss of a database.

    The checkpoint names what it does not continue, for ever and for everybody to see; so does a row of the ledger.
    """
    private = read_keys(key_file)
    keys = require_known(private)
    found, failed = read_back(anchors)
    if failed:
        raise failed[0]
    lines = breaks(found, keys)
    with transaction.atomic():
        _lock()
        record(BREAK_ACCEPTED, None, actor=actor, size=sealed_size(), anchored=", ".join(lines), reason=reason.value)
        _mend_seal()
        head = tree_head(origin(), sealed_size(), lines)
        # What was to be anchored before belongs to the tree that is given up.
        Anchoring.objects.filter(state=AnchoringState.PENDING).update(state=AnchoringState.DROPPED)
        return _store(head, sign(head, private), keys[0].key_id, anchors, to_all=True)


def finish_rollover(anchors: Sequence[Anchor], key_file: Path) -> bool:
    """Forget the old private key once every anchor that can be read holds a checkpoint that both keys have signed."""
    private = read_keys(key_file)
    last = Checkpoint.objects.first()
    if len(private) < 2 or last is None:
        return False
    try:
        _, signers = check(last.note, require_known(private))
    except BadNote:
        return False
    readable = {anchor.name for anchor in anchors if anchor.is_readable}
    arrived = set(last.anchorings.filter(state=AnchoringState.DONE).values_list("anchor", flat=True))
    if len(signers) < 2 or not readable <= arrived:
        return False
    write_keys(key_file, private[:1])
    return True


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _store(head: Head, note: str, key_id: str, anchors: Sequence[Anchor], *, to_all: bool) -> Checkpoint:
    """Keep the checkpoint and address it to the anchors whose turn it is; ``to_all`` means each that can be read."""
    checkpoint = Checkpoint.objects.create(size=head.size, root=head.root, note=note, key_id=key_id)
    for anchor in anchors:
        last = Anchoring.objects.filter(anchor=anchor.name).select_related("checkpoint").first()
        since = timezone.now() - timedelta(seconds=anchor.every_s)
        is_turn = last is None or last.checkpoint.signed_at <= since or (to_all and anchor.is_readable)
        if is_turn and (last is None or last.state != AnchoringState.PENDING):
            Anchoring.objects.create(checkpoint=checkpoint, anchor=anchor.name)
    return checkpoint


def _mend_seal() -> None:
    """Where leaves are gone, say so: every row without a leaf then gets a new number at the next round."""
    leaves = sealed_rows()
    if leaves != sealed_size():
        Seal.objects.create(first_seq=leaves, size=leaves, watermark="", cluster="")
