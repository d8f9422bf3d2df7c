"""The formats are what the reference says: its example is computed anew here, letter for letter."""

import base64
import hashlib
import json
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compliance.audit.leaf import leaf_hash, leaf_text
from compliance.audit.models import AuditEvent
from compliance.audit.sealing.anchors.file import FileAnchor
from compliance.audit.sealing.note import Head, check, public_key, sign
from compliance.audit.sealing.tree import MemoryTree, check_consistency, check_inclusion, inclusion_proof, root

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "audit-log.md"
ORIGIN = "portal.example.org/audit-log"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def event(number: int) -> AuditEvent:
    return AuditEvent(
        id=uuid.UUID(int=0x01890000_0000_7000_8000_000000000000 + number),
        recorded_at=datetime(2026, 1, 2, 3, 4, 5, 678900 + number, UTC),
        format=1,
        name="tests.thing.done",
        category="system",
        outcome="success",
        actor_kind="user",
        actor_ref="42",
        via="",
        target_type="tests.thing",
        target_id=str(number),
        target_label='a "thing"',
        details={"from": "ä", "n": number},
        request_id="r1",
        source="192.0.2.0/24",
        origin=None,
        personal=None,
    )


def blocks() -> dict[str, str]:
    """The example's parts: code blocks after a line that ends in their name."""
    return dict(re.findall(r"^\*\*(\w[\w ]*)\*\*[^\n]*\n```\n(.*?)```", PAGE.read_text(), re.M | re.S))


def test_the_example_of_the_reference_is_true(tmp_path: Path) -> None:
    """S3-24: whoever writes a verifier of their own can start from it."""
    found = blocks()
    leaves = [leaf_hash(leaf_text(event(number)).encode()) for number in range(3)]
    assert found["Leaf"] == leaf_text(event(0)) + "\n"
    assert found["Leaf hashes"] == "".join(f"{leaf.hex()}\n" for leaf in leaves)
    assert found["Root"] == root(leaves).hex() + "\n"
    proof = inclusion_proof(1, 3, MemoryTree(leaves))
    assert found["Inclusion proof"] == "".join(f"{part.hex()}\n" for part in proof)
    assert check_inclusion(leaves[1], 1, 3, proof, root(leaves))
    assert check_consistency(2, root(leaves[:2]), 3, root(leaves), [leaves[2]])
    key = public_key(ORIGIN, KEY)
    note = sign(Head(ORIGIN, 3, root(leaves)), [KEY])
    assert found["Public key"] == key.text + "\n"
    assert found["Checkpoint"] == note
    assert check(note, [key])[0].size == 3
    anchor = FileAnchor(tmp_path / "checkpoints")
    anchor.write(3, note)
    assert found["Anchor line"] == anchor.path.read_text()
    assert json.loads(found["Anchor line"])["note"] == note


def test_the_example_holds_without_the_portal() -> None:
    """S3-24: the same by the standard library and a signature check alone."""
    found = blocks()
    one, two, three = (bytes.fromhex(line) for line in found["Leaf hashes"].split())
    assert hashlib.sha256(b"\x00" + found["Leaf"].rstrip("\n").encode()).digest() == one
    pair = hashlib.sha256(b"\x01" + one + two).digest()
    assert hashlib.sha256(b"\x01" + pair + three).hexdigest() == found["Root"].strip()
    text, _, signature = found["Checkpoint"].partition("\n\n")
    assert text.split("\n") == [ORIGIN, "3", base64.b64encode(bytes.fromhex(found["Root"])).decode()]
    blob = base64.b64decode(signature.split(" ")[2])
    KEY.public_key().verify(blob[4:], f"{text}\n".encode())
    raw = base64.b64decode(found["Public key"].split("+", 2)[2])
    assert blob[:4] == hashlib.sha256(ORIGIN.encode() + b"\n" + raw).digest()[:4]
