"""A sealed ledger in the transaction of a test: rows that the sealer has numbered, and signed checkpoints over them."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compliance.audit.sealing.models import Checkpoint, CheckpointKey
from compliance.audit.sealing.note import Head, public_key, sign
from tests.audit.sealing.rows import seal_here, stored_root

ORIGIN = "portal.test/audit"


@dataclass
class SealedLedger:
    """Seals what was recorded and signs the tree, without the sealer's process. ``notes`` is what an anchor holds."""

    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    notes: list[str] = field(default_factory=list)

    def seal(self) -> int:
        """Number every row that has no leaf yet; how many there are now."""
        return seal_here()

    def checkpoint(self) -> Checkpoint:
        """Seal, and sign the tree as it is."""
        size = self.seal()
        key = public_key(ORIGIN, self.private)
        CheckpointKey.objects.get_or_create(
            key_id=key.key_id, defaults={"name": ORIGIN, "public_key": key.raw, "from_size": 0}
        )
        return self.sign(size, stored_root(size), self.private)

    def sign(self, size: int, root: bytes, key: Ed25519PrivateKey, *more: str, anchored: bool = True) -> Checkpoint:
        """A signed head, whatever the tree is, with ``more`` lines: in the database and in the anchor."""
        note = sign(Head(ORIGIN, size, root, more), [key])
        if anchored:
            self.notes.append(note)
        return Checkpoint.objects.create(size=size, root=root, note=note, key_id=public_key(ORIGIN, key).key_id)

    def anchor(self, folder: Path) -> Path:
        """A file with all checkpoints so far, as an anchor outside the portal has them: with a line that was cut."""
        path = folder / "checkpoints.jsonl"
        lines = [json.dumps({"note": note, "size": 0}, ensure_ascii=False) for note in self.notes]
        path.write_text('{"note":"cut sh\n' + "".join(f"{line}\n" for line in lines))
        return path
