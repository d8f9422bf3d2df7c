"""Nothing of a bundle can be changed, left out, added, renamed or moved without being named."""

import base64
import io
import json
import random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.bundles.verify_bundle import (
    END,
    MANIFEST,
    SCHEMA,
    SIGNATURE,
    Bad,
    Bundle,
    fingerprint_of,
    header_of,
    keys_of,
    message_of,
    padded,
    signature_file,
)
from tests.registry.signing.bundles import pem_of

from .archives import packed

KEY = Ed25519PrivateKey.generate()
KEYS = {fingerprint_of(KEY.public_key()): KEY.public_key()}
PARTS = [("model.json", b"{}"), ("files/a.bin", b"a" * 700), ("files/b/ü.bin", b"b" * 3), ("files/c.bin", b"")]


def manifest_of(parts: list[tuple[str, bytes]], **more: Any) -> bytes:
    from hashlib import sha256

    members = [{"name": name, "size": len(text), "sha256": sha256(text).hexdigest()} for name, text in parts]
    said = {"schema": SCHEMA, "model": "m", "version": 1, "members": members, **more}
    return json.dumps(said).encode()


def signed(manifest: bytes, key: Ed25519PrivateKey = KEY) -> list[tuple[str, bytes]]:
    signature = key.sign(message_of(manifest))
    return [(MANIFEST, manifest), (SIGNATURE, signature_file(fingerprint_of(key.public_key()), signature))]


HEAD = signed(manifest_of(PARTS))
WHOLE = packed(HEAD + PARTS)


def check(bundle: bytes) -> None:
    Bundle(io.BytesIO(bundle), KEYS).check()


def test_a_whole_bundle_holds() -> None:
    check(WHOLE)


def test_every_single_byte_counts() -> None:
    """S0-29: one changed bit anywhere makes it fail, in headers, padding and the end as well as in content."""
    chance = random.Random(7)  # noqa: S311  picks places, no secrets
    places = set(range(0, len(WHOLE), 97)) | {chance.randrange(len(WHOLE)) for _ in range(400)}
    for place in places:
        changed = bytearray(WHOLE)
        changed[place] ^= 1 << chance.randrange(8)
        with pytest.raises(Bad):
            check(bytes(changed))


def test_cut_or_extended_anywhere_it_fails() -> None:
    for length in range(0, len(WHOLE), 256):
        with pytest.raises(Bad):
            check(WHOLE[:length])
    for more in (b"\0", END, header_of("x", 0), b"x"):
        with pytest.raises(Bad):
            check(WHOLE + more)


A, B, C = PARTS[1], PARTS[2], PARTS[3]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([PARTS[0], (A[0], b"z" * 700), B, C], "'files/a.bin' is not what was signed"),
        ([PARTS[0], (A[0], b"a" * 699), B, C], "header of 'files/a.bin' was changed"),
        ([PARTS[0], B, C], "'files/a.bin' is missing or was moved: 'files/b/ü.bin' stands in its place"),
        ([PARTS[0], A, B], "'files/c.bin' is missing: the bundle ends before it"),
        ([*PARTS, ("evil.py", b"x")], "'evil.py' was added behind"),
        ([PARTS[0], ("evil.py", b"x"), A, B, C], "'evil.py' stands in the place of 'files/a.bin': it was added or"),
        ([PARTS[0], ("files/z.bin", A[1]), B, C], "'files/z.bin' stands in the place of 'files/a.bin'"),
        ([PARTS[0], A, C, B], "'files/b/ü.bin' is missing or was moved: 'files/c.bin' stands"),
    ],
    ids=["changed", "resized", "missing", "missing last", "added", "added between", "renamed", "reordered"],
)
def test_what_was_done_is_named(parts: list[tuple[str, bytes]], words: str) -> None:
    """S0-29: a changed, missing, added, renamed or reordered member."""
    with pytest.raises(Bad) as fault:
        check(packed(HEAD + parts))
    assert words in str(fault.value)


def test_only_the_given_keys_count() -> None:
    stranger = Ed25519PrivateKey.generate()
    manifest = manifest_of(PARTS)
    with pytest.raises(Bad) as fault:
        check(packed(signed(manifest, stranger) + PARTS))
    assert (fault.value.code, fault.value.key) == ("key", fingerprint_of(stranger.public_key()))
    lying = signature_file(fingerprint_of(KEY.public_key()), stranger.sign(message_of(manifest)))
    with pytest.raises(Bad, match="not what the key"):
        check(packed([(MANIFEST, manifest), (SIGNATURE, lying), *PARTS]))
    assert keys_of("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" + pem_of(KEY)) == KEYS


def test_a_signature_of_another_kind_is_none_of_a_bundle() -> None:
    manifest = manifest_of(PARTS)
    said = {"keyid": fingerprint_of(KEY.public_key()), "payloadType": "text/plain"}
    said["sig"] = base64.b64encode(KEY.sign(manifest)).decode()
    with pytest.raises(Bad, match="no signature of a bundle"):
        check(packed([(MANIFEST, manifest), (SIGNATURE, json.dumps(said, sort_keys=True).encode() + b"\n"), *PARTS]))


@pytest.mark.parametrize("name", ["/etc/passwd", "../up", "a//b", "a\\b", "", MANIFEST, "./a", "x" * 1101, 7])
def test_a_signed_manifest_names_no_places(name: Any) -> None:
    """Traversal: also who is trusted cannot write outside a folder that the archive is unpacked in."""
    manifest = manifest_of([], members=[{"name": name, "size": 0, "sha256": "0" * 64}])
    with pytest.raises(Bad):
        check(packed(signed(manifest)))


@pytest.mark.parametrize(
    "more",
    [
        {"members": [{"name": f"files/{n}", "size": 0, "sha256": "0" * 64} for n in range(1201)]},
        {"members": [{"name": "a", "size": -1, "sha256": "0" * 64}]},
        {"members": [{"name": "a", "size": True, "sha256": "0" * 64}]},
        {"members": [{"name": "a", "size": 2**63, "sha256": "0" * 64}]},
        {"members": [{"name": "a", "size": 0, "sha256": "g" * 64}]},
        {"members": [{"name": "a", "size": 0, "sha256": "0" * 64}] * 2},
        {"members": 5},
        {"schema": "other"},
    ],
)
def test_a_manifest_is_bounded(more: dict[str, Any]) -> None:
    with pytest.raises(Bad):
        check(packed(signed(manifest_of([], **more))))


@pytest.mark.parametrize(
    "manifest", [b"", b"null", b"[" * 100_000, b"\xff", b'{"schema":' * 5000, b"[]", b'{"members": []}']
)
def test_signed_nonsense_is_refused(manifest: bytes) -> None:
    with pytest.raises(Bad):
        check(packed(signed(manifest)))


def test_other_files_are_no_bundles() -> None:
    for content in (b"", b"PK\x03\x04" + bytes(600), bytes(2048), b"x" * 5000, header_of(MANIFEST, 8**10) + b"x"):
        with pytest.raises(Bad):
            check(content)
    huge = header_of(MANIFEST, 3) + padded(b"{}\n") + header_of(SIGNATURE, 5000) + padded(b"x" * 5000)
    with pytest.raises(Bad):
        check(huge)
