"""A sealed ledger in the transaction of a test: rows, their leaves and tiles, and signed checkpoints."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from compliance.audit.leaf import leaf_hash, leaf_text
from compliance.audit.models import AuditEvent
from compliance.audit.sealing.models import Checkpoint, CheckpointKey, Leaf, Tile
from compliance.audit.sealing.note import Head, public_key, sign
from compliance.audit.sealing.tiles import StoredTree, new_tiles
from compliance.audit.sealing.tree import frontier_at

ORIGIN = "portal.test/audit"


@dataclass
class SealedLedger:
    """Seals what was recorded and signs the tree, without the sealer's process."""

    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    notes: list[str] = field(default_factory=list)

    def seal(self) -> int:
        """Number every row that has no leaf yet; how many there are now."""
        size = Leaf.objects.count()
        fresh = AuditEvent.objects.exclude(pk__in=Leaf.objects.values("event_id")).order_by("id")
        rows = [(event.pk, leaf_hash(leaf_text(event).encode())) for event in fresh]
        with connection.cursor() as cursor:
            tiles = list(new_tiles(size, [found for _, found in rows], StoredTree(cursor)))
        leaves = [Leaf(seq=size + at, event_id=pk, hash=found) for at, (pk, found) in enumerate(rows)]
        Leaf.objects.bulk_create(leaves, batch_size=1000)
        Tile.objects.bulk_create(
            [Tile(level=level, index=index, hashes=hashes, root=root) for level, index, hashes, root in tiles]
        )
        return size + len(rows)

    def checkpoint(self) -> Checkpoint:
        """Seal, and sign the tree as it is."""
        size = self.seal()
        key = public_key(ORIGIN, self.private)
        CheckpointKey.objects.get_or_create(
            key_id=key.key_id, defaults={"name": ORIGIN, "public_key": key.raw, "from_size": 0}
        )
        with connection.cursor() as cursor:
            root = frontier_at(size, StoredTree(cursor)).root()
        note = sign(Head(ORIGIN, size, root), [self.private])
        self.notes.append(note)
        return Checkpoint.objects.create(size=size, root=root, note=note, key_id=key.key_id)

    def anchor(self, folder: Path) -> Path:
        """A file with all checkpoints so far, as an anchor outside the portal has them: with a line that was cut."""
        path = folder / "checkpoints.jsonl"
        lines = [json.dumps({"note": note, "size": 0}, ensure_ascii=False) for note in self.notes]
        path.write_text('{"note":"cut sh\n' + "".join(f"{line}\n" for line in lines))
        return path
