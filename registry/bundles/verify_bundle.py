"""Check a bundle of a model version that a ModelOps portal exported, without the portal.

    python verify_bundle.py FILE --key KEYS

KEYS is the file of public keys (PEM) from the portal's page of bundles, or any file with the Ed25519 public key of the
portal that you trust. It needs Python 3.11 or later and the package cryptography, and nothing of the portal.

A bundle is a tar archive of which every byte is accounted for. Its first member, manifest.json, lists all others in
their order with size and SHA-256; its second, manifest.sig, holds the portal's signature over the first. Headers have
one form only, so that nothing can hide in them: a member that was changed, left out, added, renamed or moved, and a
byte before, between or after them, is refused and named.

Memory does not grow with the file. Exit code 0: everything holds. 1: something does not; the last line says what.
2: wrong usage.
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SCHEMA = "urn:modelops:bundle:1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
PAYLOAD_TYPE = "application/vnd.modelops.bundle-manifest+json"
BLOCK, PIECE = 512, 1 << 20
END = bytes(2 * BLOCK)
MOST_MEMBERS, LONGEST_NAME = 1200, 1100
LARGEST_MANIFEST, LARGEST_SIGNATURE = 4 << 20, 4096
_SHORT, _SMALL = 100, 8**11  # what the plain header of a tar archive can say
_SHA256 = re.compile("[0-9a-f]{64}")
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]{1,4000}-----END PUBLIC KEY-----")


class Bad(Exception):
    """The bundle does not hold; the message says what of it. ``code`` is one word, ``key`` the key that it names."""

    def __init__(self, message: str, code: str = "damaged", key: str = "") -> None:
        super().__init__(message)
        self.code, self.key = code, key


class Member(NamedTuple):
    """One file of the bundle, as the manifest lists it."""

    name: str
    size: int
    sha256: str


def header_of(name: str, size: int) -> bytes:
    """The one header that a member of this name and size has: ustar, with a pax header where that cannot say it."""
    raw = name.encode()
    if raw.isascii() and len(raw) <= _SHORT and size < _SMALL:
        return _ustar(raw, size, b"0")
    records = b"".join(_record(key, value) for key, value in (("path", name), ("size", str(size))))
    return _ustar(b"pax", len(records), b"x") + padded(records) + _ustar(b"member", size if size < _SMALL else 0, b"0")


def padded(data: bytes) -> bytes:
    """``data`` filled with zeros to a whole number of blocks."""
    return data + bytes(-len(data) % BLOCK)


def _ustar(name: bytes, size: int, kind: bytes) -> bytes:
    ids = b"0000600\0" + b"0000000\0" * 2
    front = name.ljust(100, b"\0") + ids + b"%011o\0" % size + b"%011o\0" % 0
    back = kind + bytes(100) + b"ustar\x0000" + bytes(64) + b"0000000\0" * 2 + bytes(155 + 12)
    total = sum(front) + 8 * ord(" ") + sum(back)
    return front + b"%06o\0 " % total + back


def _record(key: str, value: str) -> bytes:
    body = f" {key}={value}\n".encode()
    length = len(body) + 1
    while length != len(body) + len(str(length)):
        length = len(body) + len(str(length))
    return str(length).encode() + body


def message_of(manifest: bytes) -> bytes:
    """What the signature is over: the pre-authentication encoding of DSSE."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(manifest), manifest)


def fingerprint_of(key: Ed25519PublicKey) -> str:
    """SHA-256 of the public key in PEM form, as the portal shows it."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(key.public_bytes(serialization.Encoding.PEM, form)).hexdigest()


def keys_of(text: str) -> dict[str, Ed25519PublicKey]:
    """The Ed25519 public keys of a PEM text by fingerprint; other kinds are passed over."""
    found = {}
    for pem in _PEM.findall(text):
        try:
            key = serialization.load_pem_public_key(pem.encode())
        except (ValueError, UnsupportedAlgorithm):
            continue
        if isinstance(key, Ed25519PublicKey):
            found[fingerprint_of(key)] = key
    return found


class Bundle:
    """A bundle that is read from its beginning. The manifest is proven before anything of it is believed."""

    def __init__(self, file: BinaryIO, keys: dict[str, Ed25519PublicKey]) -> None:
        """Raises Bad unless one of ``keys`` signed the manifest."""
        self._file = file
        raw = self._small(MANIFEST, LARGEST_MANIFEST)
        self.sha256 = hashlib.sha256(raw).hexdigest()
        self.signer = _signer(self._small(SIGNATURE, LARGEST_SIGNATURE), raw, keys)
        self.manifest, self.listed = _read_manifest(raw)

    def members(self) -> Iterator[tuple[Member, Iterator[bytes]]]:
        """Each member with its bytes, to be read to their end; Bad is raised at the first that does not hold.

        Only what came before the last piece of a member may be used, and only once this has ended is all of it proven.
        """
        for member in self.listed:
            self._header(member)
            pieces = self._content(member)
            yield member, pieces
            for _ in pieces:  # what was not read is proven all the same
                pass
        rest = self._file.read(len(END) + 1)
        if rest != END:
            raise Bad(_surplus(rest), "surplus")

    def check(self) -> None:
        """Read all of it. Raises Bad."""
        for _, pieces in self.members():
            for _ in pieces:
                pass

    def _small(self, name: str, most: int) -> bytes:
        header = self._file.read(BLOCK)
        try:
            size = int(header[124:135], 8)
        except ValueError:
            size = -1
        if not 0 < size <= most or header != header_of(name, size):
            raise Bad(f"{name!r} does not stand where it belongs, or its header was changed: this is no bundle.")
        content = self._file.read(size)
        if len(content) < size or self._file.read(-size % BLOCK) != bytes(-size % BLOCK):
            raise Bad(f"{name!r} is cut short, or something follows it.", "truncated")
        return content

    def _header(self, member: Member) -> None:
        wanted = header_of(member.name, member.size)
        found = self._file.read(len(wanted))
        if found == wanted:
            return
        if wanted.startswith(found):
            raise Bad(f"The bundle is cut short before {member.name!r}.", "truncated")
        if found[156:157] == b"x" and len(found) == BLOCK:
            found += self._file.read(BLOCK)  # its name stands in the next block
        named = _name_in(found)
        if not found.strip(b"\0"):
            raise Bad(f"{member.name!r} is missing: the bundle ends before it.", "missing")
        if named == member.name:
            raise Bad(f"The header of {member.name!r} was changed.", "changed")
        if named in {one.name for one in self.listed}:
            raise Bad(f"{member.name!r} is missing or was moved: {named!r} stands in its place.", "moved")
        raise Bad(f"{named!r} stands in the place of {member.name!r}: it was added or renamed.", "added")

    def _content(self, member: Member) -> Iterator[bytes]:
        digest, left = hashlib.sha256(), member.size
        while left:
            piece = self._file.read(min(left, PIECE))
            if not piece:
                raise Bad(f"{member.name!r} is cut short.", "truncated")
            digest.update(piece)
            left -= len(piece)
            if not left and digest.hexdigest() != member.sha256:
                raise Bad(f"{member.name!r} is not what was signed: its content was changed.", "changed")
            yield piece
        if not member.size and digest.hexdigest() != member.sha256:
            raise Bad(f"{member.name!r} is not what was signed: its content was changed.", "changed")
        if self._file.read(-member.size % BLOCK) != bytes(-member.size % BLOCK):
            raise Bad(f"Something was written behind the content of {member.name!r}.", "changed")


def _signer(sealed: bytes, manifest: bytes, keys: dict[str, Ed25519PublicKey]) -> str:
    try:
        said = json.loads(sealed)
        kind, named, signature = said["payloadType"], said["keyid"], base64.b64decode(said["sig"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        raise Bad(f"{SIGNATURE!r} cannot be read.") from None
    if said != {"payloadType": PAYLOAD_TYPE, "keyid": named, "sig": said["sig"]} or not isinstance(named, str):
        raise Bad(f"{SIGNATURE!r} is no signature of a bundle: {str(kind)[:100]!r}.")
    if sealed != signature_file(named, signature):
        raise Bad(f"{SIGNATURE!r} is not in the form in which it is written.")
    if named not in keys:
        raise Bad(f"The bundle is signed with the key {named[:64]!r}, which is not among the given ones.", "key", named)
    try:
        keys[named].verify(signature, message_of(manifest))
    except InvalidSignature:
        raise Bad(
            f"{MANIFEST!r} is not what the key {named[:16]} signed: it was changed.", "signature", named
        ) from None
    return named


def signature_file(fingerprint: str, signature: bytes) -> bytes:
    """The content of manifest.sig."""
    said = {"keyid": fingerprint, "payloadType": PAYLOAD_TYPE, "sig": base64.b64encode(signature).decode()}
    return json.dumps(said, sort_keys=True).encode() + b"\n"


def _read_manifest(raw: bytes) -> tuple[dict[str, Any], list[Member]]:
    try:
        said = json.loads(raw)
        if said["schema"] != SCHEMA:
            raise Bad(f"The manifest says {str(said['schema'])[:100]!r}, not {SCHEMA!r}.")
        if len(said["members"]) > MOST_MEMBERS:
            raise Bad(f"The manifest lists more than {MOST_MEMBERS} members.")
        listed = [Member(one["name"], one["size"], one["sha256"]) for one in said["members"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Bad("The manifest cannot be read.") from None
    if len({one.name for one in listed}) < len(listed):
        raise Bad("The manifest lists a member twice.")
    for one in listed:
        _check_member(one)
    return said, listed


def _check_member(member: Member) -> None:
    name, size, digest = member
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or name in (MANIFEST, SIGNATURE):
        raise Bad("The manifest lists a member without a usable name.")
    if name.startswith("/") or "\\" in name or "\0" in name or {"", ".", ".."} & set(name.split("/")):
        raise Bad(f"The manifest lists {name[:200]!r}, which is no plain relative path.")
    if type(size) is not int or not 0 <= size < 2**63 or not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise Bad(f"The manifest says no size and digest of {name[:200]!r}.")


def _name_in(header: bytes) -> str:
    """The name that a header says, for messages; what was written here is read, and nothing else."""
    found = re.match(rb"[0-9]+ path=([^\n]*)\n", header[BLOCK:]) if header[156:157] == b"x" else None
    return (found[1] if found else header[:_SHORT].rstrip(b"\0")).decode("utf-8", "replace")[:LONGEST_NAME]


def _surplus(rest: bytes) -> str:
    if len(rest) < len(END):
        return "The bundle is cut short: its end is missing."
    if rest.strip(b"\0"):
        return f"{_name_in(rest)!r} was added behind the last member."
    return "Something follows the end of the bundle."


def main(arguments: Iterable[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Checks a bundle of a model version without the portal.")
    parser.add_argument("file", type=Path, help="the bundle")
    parser.add_argument("--key", type=Path, required=True, action="append", help="public keys in PEM form")
    said = parser.parse_args(None if arguments is None else list(arguments))
    try:
        keys = keys_of("\n".join(path.read_text(encoding="ascii") for path in said.key))
        if not keys:
            raise Bad("There is no Ed25519 public key in the file of keys.")
        with said.file.open("rb") as file:
            bundle = Bundle(file, keys)
            bundle.check()
    except (Bad, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"NOT VALID: {error}\n")
        return 1
    model = bundle.manifest.get("model")
    sys.stdout.write(
        f"Valid: {model} version {bundle.manifest.get('version')}, {len(bundle.listed)} members, every byte as it was "
        f"signed by the key {bundle.signer}.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
