"""Checkpoints as signed notes: a few lines of text that name a tree by origin, size and root, and its signatures.

Formats: C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint) and signed-note (https://c2sp.org/signed-note) with
Ed25519 (signature type 0x01).
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from modelops.lib.errors import Invalid

_ED25519 = b"\x01"
_DASH = "\N{EM DASH} "
LONGEST_NOTE = 16 << 10
# A checkpoint that does not continue what is anchored names it in lines of its own: "break ANCHOR SIZE ROOT".
BREAK = "break "
_SIZE = re.compile("0|[1-9][0-9]{0,17}")


class BadNote(Invalid):
    """The text is no checkpoint, or no known key has signed it."""

    code = "checkpoint.invalid"


@dataclass(frozen=True)
class Head:
    """What a checkpoint says: the tree of ``origin`` has ``size`` leaves and this root; more lines may follow."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def is_break(self) -> bool:
        """Whether it gives up what was signed before: somebody decided to go on from it."""
        return any(line.startswith(BREAK) for line in self.extensions)

    def text(self) -> str:
        """The signed text, which ends with a line break."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        if any(not line or any(ord(letter) < 0x20 for letter in line) for line in lines):
            raise BadNote("A checkpoint has an empty line or a control character; every line needs plain text.")
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 key that signs under a name; ``raw`` has 32 bytes."""

    name: str
    raw: bytes

    @property
    def hash(self) -> bytes:
        """The four bytes that name the key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.raw).digest()[:4]

    @property
    def key_id(self) -> str:
        """The same as eight hex digits."""
        return self.hash.hex()

    @property
    def text(self) -> str:
        """The key on one line, as other programs for signed notes take it: name+hash+key."""
        return f"{self.name}+{self.key_id}+{base64.b64encode(_ED25519 + self.raw).decode()}"

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """The key of one line. Raises BadNote."""
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:
            raw = b""
        key = cls(name, raw[1:])
        if len(raw) != 33 or raw[:1] != _ED25519 or key.key_id != key_id:
            raise BadNote("The public key is not of the form name+hash+key with an Ed25519 key; copy it again.")
        return key

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Whether the signature is this key's over ``text``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Signature:
    """One signature line, not yet checked."""

    name: str
    key_hash: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """A checkpoint as read: nothing in it is proven before `check`."""

    head: Head
    text: str
    signatures: tuple[Signature, ...]


def public_key(name: str, private: Ed25519PrivateKey) -> PublicKey:
    """The public half of a signing key."""
    return PublicKey(name, private.public_key().public_bytes_raw())


def sign(head: Head, keys: Sequence[Ed25519PrivateKey]) -> str:
    """The note with a signature of each key, under the name of the log."""
    text = head.text()
    lines = []
    for private in keys:
        blob = public_key(head.origin, private).hash + private.sign(text.encode())
        lines.append(f"{_DASH}{head.origin} {base64.b64encode(blob).decode()}\n")
    return f"{text}\n{''.join(lines)}"


def parse(note: str) -> Note:
    """Read a note without believing it. Raises BadNote."""
    text, blank, signed = note.rpartition("\n\n")
    lines = text.split("\n")
    if len(note) > LONGEST_NOTE or not blank or not signed.endswith("\n") or len(lines) < 3 or not all(lines):
        raise BadNote("The text is no signed checkpoint; three lines, a blank one and signatures are needed.")
    if not _SIZE.fullmatch(lines[1]):
        raise BadNote("The second line of the checkpoint is not a size.")
    head = Head(lines[0], int(lines[1]), _decoded(lines[2], 32), tuple(lines[3:]))
    return Note(head, f"{text}\n", tuple(_signature(line) for line in signed[:-1].split("\n")))


def check(note: str, keys: Iterable[PublicKey]) -> tuple[Head, list[PublicKey]]:
    """What the note says and which of ``keys`` have signed it, at least one. Raises BadNote.

    Signatures of other keys are passed over, as the format demands; a wrong one of a known key is not.
    """
    found = parse(note)
    known = {(key.name, key.hash): key for key in keys}
    signers = []
    for line in found.signatures:
        key = known.get((line.name, line.key_hash))
        if key is None or key in signers:
            continue
        if not key.has_signed(found.text, line.signature):
            raise BadNote(f"The checkpoint of size {found.head.size} carries a wrong signature of key {key.key_id}.")
        signers.append(key)
    if not signers:
        raise BadNote(f"No known key has signed the checkpoint of size {found.head.size}.")
    return found.head, signers


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).rpartition(" ")
    if not line.startswith(_DASH) or not space or not name:
        raise BadNote("A signature line of the checkpoint does not read — NAME SIGNATURE.")
    blob = _decoded(encoded, None)
    return Signature(name, blob[:4], blob[4:])


def _decoded(text: str, length: int | None) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if not raw or (length is not None and len(raw) != length):
        raise BadNote("A line of the checkpoint is not the base64 text that it must be.")
    return raw
