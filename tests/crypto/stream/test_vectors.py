"""The committed vectors: today's code makes and opens the bytes of yesterday, and so does the documentation alone."""

import hashlib
import hmac
import io
import json
import struct
import uuid
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from modelops.crypto.stream import DIGESTS, Algorithm, Codec, Header, SealedReader, SealingWriter

ROOT = Path(__file__).resolve().parents[3]
VECTORS = json.loads((ROOT / "docs/reference/artifact-vectors/format-1.json").read_text(encoding="utf-8"))
KEY, CONTEXT = bytes.fromhex(VECTORS["data_key"]), VECTORS["context"].encode()
FILES = VECTORS["files"]


def plaintext(size: int) -> bytes:
    return bytes(i % 251 for i in range(size))


def by_the_document(sealed: bytes) -> bytes:
    """The file opened by what docs/reference/artifact-format.md says, without the portal's code."""
    context = struct.pack(">I", len(CONTEXT)) + CONTEXT
    info = b"modelops artifact v1\x00" + sealed[:32] + context
    pseudorandom = hmac.new(sealed[32:64], KEY, hashlib.sha256).digest()
    okm = block = b""
    for counter in (1, 2, 3):
        block = hmac.new(pseudorandom, block + info + bytes([counter]), hashlib.sha256).digest()
        okm += block
    assert sealed[64:96] == okm[39:71]
    cipher = {1: AESGCM, 2: ChaCha20Poly1305}[sealed[9]](okm[:32])
    full = (1 << sealed[10]) + 16
    body, plain, index = sealed[96:], b"", 0
    while True:
        segment, body = body[:full], body[full:]
        last = len(segment) < full
        plain += cipher.decrypt(okm[32:39] + struct.pack(">IB", index, last), segment, None)
        index += 1
        if last:
            break
    return pa.CompressedInputStream(pa.BufferReader(plain), "zstd").read() if sealed[11] and len(plain) > 17 else plain


@pytest.mark.parametrize("vector", FILES, ids=lambda vector: vector["name"])
def test_a_vector_opens(vector: dict[str, Any]) -> None:
    """S1-09, S0-07, S0-25."""
    sealed = bytes.fromhex(vector["sealed"])
    assert hashlib.sha256(sealed).hexdigest() == vector["sealed_sha256"]
    header = Header.unpack(sealed[:96])
    assert (header.algorithm.label, header.codec.label) == (vector["algorithm"], vector["codec"])
    assert (str(header.data_key_id), header.key_version) == (VECTORS["data_key_id"], VECTORS["key_version"])
    plain = SealedReader(io.BytesIO(sealed), data_key=KEY, context=CONTEXT).read()
    assert plain == plaintext(vector["plaintext_bytes"])
    for name in DIGESTS:
        assert hashlib.new(name, plain).hexdigest() == vector[name]


@pytest.mark.parametrize("vector", [file for file in FILES if file["codec"] == "none"], ids=lambda file: file["name"])
def test_a_vector_is_made_again(vector: dict[str, Any]) -> None:
    """S1-09: known answers."""
    raw = io.BytesIO()
    writer = SealingWriter(
        raw, data_key=KEY, data_key_id=uuid.UUID(VECTORS["data_key_id"]), key_version=VECTORS["key_version"],
        context=CONTEXT, log2_segment=VECTORS["log2_segment"], algorithm=Algorithm.named(vector["algorithm"]),
        codec=Codec[vector["codec"].upper()], salt=bytes.fromhex(vector["salt"]),
    )  # fmt: skip
    writer.write(plaintext(vector["plaintext_bytes"]))
    writer.finish()
    assert raw.getvalue().hex() == vector["sealed"]


@pytest.mark.parametrize("vector", FILES, ids=lambda vector: vector["name"])
def test_the_document_alone_is_enough_to_open_a_file(vector: dict[str, Any]) -> None:
    """S0-34."""
    expected = b"" if vector["plaintext_bytes"] == 0 else plaintext(vector["plaintext_bytes"])
    found = by_the_document(bytes.fromhex(vector["sealed"]))
    assert found == expected or (vector["codec"] == "zstd" and not expected and len(found) == 17)


def test_a_file_of_the_first_release_opens() -> None:
    """S0-25: written by the program of that time; the header had no codec and one cipher."""
    sealed = (Path(__file__).parent / "fixtures/format-1-first-release.sealed").read_bytes()
    assert SealedReader(io.BytesIO(sealed), data_key=KEY, context=CONTEXT).read() == plaintext(10_000)


def test_a_format_of_the_future_is_told_apart_from_damage() -> None:
    """S0-25."""
    from modelops.crypto.errors import DecryptionFailed

    sealed = bytearray.fromhex(FILES[1]["sealed"])
    sealed[8] = 2
    with pytest.raises(DecryptionFailed, match="format 2; only format 1"):
        SealedReader(io.BytesIO(sealed), data_key=KEY, context=CONTEXT)
