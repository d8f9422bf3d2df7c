"""The proof of one row: its text, its place in the tree, and the signed head that it leads to."""

import contextlib
from dataclasses import dataclass

from django.db import connection

from compliance.audit.leaf import LEAF_SQL, leaf_hash
from compliance.audit.models import AuditEvent
from compliance.audit.sealing.models import Checkpoint, Leaf
from compliance.audit.sealing.tiles import StoredTree
from compliance.audit.sealing.tree import check_inclusion, inclusion_proof
from modelops.lib.errors import NotFound


@dataclass(frozen=True, slots=True)
class Proof:
    """``steps`` are the hashes from the leaf up to the root of ``checkpoint``; ``holds`` says that they lead there."""

    seq: int
    text: str
    hash: bytes
    is_unchanged: bool
    checkpoint: Checkpoint | None
    steps: list[bytes]
    holds: bool

    def as_dict(self) -> dict[str, object]:
        """What a verifier elsewhere needs."""
        return {
            "index": self.seq,
            "event": self.text,
            "leaf": self.hash.hex(),
            "proof": [step.hex() for step in self.steps],
            "checkpoint": self.checkpoint.note if self.checkpoint else None,
        }


def proof_of(event: AuditEvent) -> Proof:
    """Make the proof and check it. Raises NotFound (``proof.not_sealed``) for a row that waits for the sealer."""
    leaf = Leaf.objects.filter(event_id=event.pk).first()
    if leaf is None:
        raise NotFound(
            "The row is not sealed yet; that takes a second or two. Reload the page.", code="proof.not_sealed"
        )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {LEAF_SQL} FROM audit_auditevent e WHERE e.id = %s", [event.pk])  # noqa: S608
        (text,) = cursor.fetchone()
    computed = leaf_hash(text.encode())
    newest = Checkpoint.objects.first()
    checkpoint = newest if newest is not None and newest.size > leaf.seq else None
    steps: list[bytes] = []
    holds = False
    if checkpoint is not None:
        with contextlib.suppress(LookupError), connection.cursor() as cursor:  # a tree with gaps proves nothing
            steps = inclusion_proof(leaf.seq, checkpoint.size, StoredTree(cursor))
        holds = check_inclusion(computed, leaf.seq, checkpoint.size, steps, bytes(checkpoint.root))
    return Proof(leaf.seq, text, computed, computed == bytes(leaf.hash), checkpoint, steps, holds)
