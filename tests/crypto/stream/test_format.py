"""Sealed artifact files: what was written comes back, and whatever was changed is refused before a byte is given."""

import hashlib
import io
import os
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.stream import HEADER_BYTES, TAG_BYTES, Header, SealedReader, SealingWriter

KEY, KEY_ID, CONTEXT = bytes(range(32)), uuid.UUID(int=7), b"registry.artifact:1"
LOG2 = 12  # small segments so that few bytes make many of them
SEGMENT = 1 << LOG2
FULL = SEGMENT + TAG_BYTES


def sealed_of(plain: bytes, *, key: bytes = KEY, context: bytes = CONTEXT) -> bytes:
    raw = io.BytesIO()
    writer = SealingWriter(
        raw, data_key=key, data_key_id=KEY_ID, key_version=3, context=context, log2_segment=LOG2
    )
    writer.write(plain)
    writer.finish()
    assert writer.sha256 == hashlib.sha256(plain).hexdigest()
    assert writer.plaintext_bytes == len(plain)
    return raw.getvalue()


def opened(sealed: bytes, *, key: bytes = KEY, context: bytes = CONTEXT) -> bytes:
    return SealedReader(io.BytesIO(sealed), data_key=key, context=context).read()


@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT, 3 * SEGMENT + 17])
def test_what_was_written_comes_back(size: int) -> None:
    """S0-21, S1-01: sizes on both sides of a segment's border."""
    plain = os.urandom(size)
    assert opened(sealed_of(plain)) == plain


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_cut_into_writes_and_any_range_agree(data: st.DataObject) -> None:
    plain = data.draw(st.binary(max_size=4 * SEGMENT))
    raw = io.BytesIO()
    writer = SealingWriter(raw, data_key=KEY, data_key_id=KEY_ID, key_version=1, context=CONTEXT, log2_segment=LOG2)
    place = 0
    while place < len(plain):
        step = data.draw(st.integers(1, len(plain) - place))
        writer.write(plain[place : place + step])
        place += step
    writer.finish()
    reader = SealedReader(io.BytesIO(raw.getvalue()), data_key=KEY, context=CONTEXT)
    assert reader.size == len(plain)
    start = data.draw(st.integers(0, len(plain)))
    length = data.draw(st.integers(0, len(plain)))
    reader.seek(start)
    assert reader.read(length) == plain[start : start + length]


def test_the_header_can_be_read_without_a_key() -> None:
    header = Header.unpack(sealed_of(b"x")[:HEADER_BYTES])
    assert (header.data_key_id, header.key_version, header.segment_bytes) == (KEY_ID, 3, SEGMENT)


def test_every_edited_byte_is_refused() -> None:
    """S1-02: each byte of header, first, middle and last segment."""
    sealed = sealed_of(os.urandom(2 * SEGMENT + 5))
    places = [*range(HEADER_BYTES), HEADER_BYTES, HEADER_BYTES + FULL - 1, HEADER_BYTES + FULL, len(sealed) - 1]
    for place in places:
        damaged = bytearray(sealed)
        damaged[place] ^= 0x40
        with pytest.raises(DecryptionFailed):
            opened(bytes(damaged))


def segments(sealed: bytes) -> tuple[bytes, list[bytes]]:
    body = sealed[HEADER_BYTES:]
    return sealed[:HEADER_BYTES], [body[i : i + FULL] for i in range(0, len(body), FULL)]


def test_segments_that_are_swapped_dropped_doubled_or_cut_are_refused() -> None:
    head, (a, b, c, last) = segments(sealed_of(os.urandom(3 * SEGMENT + 9)))
    changed = {
        "swapped": [b, a, c, last],
        "dropped": [a, c, last],
        "doubled": [a, a, b, c, last],
        "without the last": [a, b, c],
        "cut inside the last": [a, b, c, last[:-1]],
        "extended": [a, b, c, last + b"\x00"],
        "extended by a segment": [a, b, c, last, last],
        "only the header": [],
    }
    assert opened(head + a + b + c + last)
    for name, parts in changed.items():
        with pytest.raises(DecryptionFailed):
            opened(head + b"".join(parts))
            pytest.fail(name)


def test_another_key_another_place_and_another_files_segment_are_refused() -> None:
    plain = os.urandom(2 * SEGMENT)
    sealed, other = sealed_of(plain), sealed_of(plain)
    assert sealed != other
    with pytest.raises(DecryptionFailed):
        opened(sealed, key=b"\xff" * 32)
    with pytest.raises(DecryptionFailed):
        opened(sealed, context=b"registry.artifact:2")
    head, (_, *rest) = segments(sealed)
    with pytest.raises(DecryptionFailed):
        opened(head + segments(other)[1][0] + b"".join(rest))


def test_a_file_that_is_truncated_is_refused_before_anything_is_read() -> None:
    sealed = sealed_of(os.urandom(3 * SEGMENT))
    for cut in (HEADER_BYTES - 1, HEADER_BYTES, HEADER_BYTES + FULL, len(sealed) - TAG_BYTES, len(sealed) - 1):
        with pytest.raises(DecryptionFailed):
            SealedReader(io.BytesIO(sealed[:cut]), data_key=KEY, context=CONTEXT)
