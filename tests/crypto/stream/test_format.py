"""Sealed artifact files: what was written comes back, whole and in parts, whatever the cipher and the codec."""

import hashlib
import io
import itertools
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.stream import HEADER_BYTES, Algorithm, Codec, Digests, Header, Segments
from modelops.crypto.stream.seekable_zstd import FRAME_BYTES

from .sealing import CONTEXT, KEY, KEY_ID, SEGMENT, opened, reader_of, sealed_of, segments, writer_into

KINDS = list(itertools.product(Algorithm, Codec))


@pytest.mark.parametrize(("algorithm", "codec"), KINDS)
@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT, 3 * SEGMENT + 17])
def test_what_was_written_comes_back(size: int, algorithm: Algorithm, codec: Codec) -> None:
    """S0-07, S0-21, S0-41: sizes on both sides of a segment's border."""
    plain = os.urandom(size)
    assert opened(sealed_of(plain, algorithm=algorithm, codec=codec)) == plain


@settings(max_examples=80, deadline=None)
@given(data=st.data(), kind=st.sampled_from(KINDS))
def test_any_cut_into_writes_and_any_range_agree(data: st.DataObject, kind: tuple[Algorithm, Codec]) -> None:
    plain = data.draw(st.binary(max_size=4 * SEGMENT))
    raw = io.BytesIO()
    writer = writer_into(raw, algorithm=kind[0], codec=kind[1])
    place = 0
    while place < len(plain):
        step = data.draw(st.integers(1, len(plain) - place))
        writer.write(plain[place : place + step])
        place += step
    writer.finish()
    reader = reader_of(raw.getvalue())
    assert reader.size == len(plain)
    start, length = data.draw(st.integers(0, len(plain))), data.draw(st.integers(0, len(plain)))
    reader.seek(start)
    assert reader.read(length) == plain[start : start + length]
    assert b"".join(reader.pieces(start, start + length)) == plain[start : start + length]


def test_compressed_files_keep_random_access_over_many_frames() -> None:
    """S0-41: only the frames that hold a range are opened, and the table is found at the end."""
    plain = b"".join(b"%012d\n" % n for n in range(200_000))
    assert len(plain) > 2 * FRAME_BYTES
    sealed = sealed_of(plain, codec=Codec.ZSTD)
    assert len(sealed) < len(plain) / 3
    reader = reader_of(sealed)
    assert reader.size == len(plain)
    for start, stop in [(0, 5), (FRAME_BYTES - 2, FRAME_BYTES + 2), (len(plain) - 3, len(plain)), (7, 2_000_000)]:
        reader.seek(start)
        assert reader.read(stop - start) == plain[start:stop]
    assert reader.read(10) == plain[2_000_000:2_000_010]


def test_any_zstd_reads_what_lies_below_the_cipher() -> None:
    """S0-41: the public seekable format, so that a file outlives this program."""
    import pyarrow as pa

    plain = b"delay,carrier\n" * 200_000
    below = Segments(io.BytesIO(sealed_of(plain, codec=Codec.ZSTD)), data_key=KEY, context=CONTEXT)
    stream = pa.CompressedInputStream(pa.BufferReader(below.read(0, below.size)), "zstd")
    assert stream.read() == plain


def test_two_digests_are_taken_in_the_same_pass() -> None:
    """S0-17, S0-20, S1-32."""
    plain = os.urandom(3 * SEGMENT + 5)
    for codec in Codec:
        writer = writer_into(io.BytesIO(), digests=("sha256", "sha512"), codec=codec)
        writer.write(plain)
        writer.finish()
        assert writer.digests == {
            "sha256": hashlib.sha256(plain).hexdigest(),
            "sha512": hashlib.sha512(plain).hexdigest(),
        }
        assert writer.sha256 == hashlib.sha256(plain).hexdigest()


@pytest.mark.parametrize("name", ["md5", "sha1", "SHA256", "blake2b", ""])
def test_a_digest_that_is_not_on_the_list_is_refused(name: str) -> None:
    """S0-17."""
    with pytest.raises(ValueError, match="sha256 and sha512"):
        Digests([name])


def test_the_header_can_be_read_without_a_key() -> None:
    """S0-34."""
    for algorithm, codec in KINDS:
        header = Header.unpack(sealed_of(b"x", algorithm=algorithm, codec=codec)[:HEADER_BYTES])
        assert (header.data_key_id, header.key_version, header.segment_bytes) == (KEY_ID, 3, SEGMENT)
        assert (header.algorithm, header.codec) == (algorithm, codec)


def test_the_same_file_sealed_twice_shares_no_bytes() -> None:
    """S0-21: a fresh salt gives fresh keys and nonces."""
    plain = os.urandom(SEGMENT)
    (_, one), (_, two) = segments(sealed_of(plain)), segments(sealed_of(plain))
    assert one[0] != two[0]
    assert sum(a == b for a, b in zip(one[0], two[0], strict=True)) < SEGMENT // 64


def test_the_ciphertext_is_hardly_larger_than_the_plaintext() -> None:
    """S0-21: less than 0.1 % at the size of segments that the portal writes."""
    from modelops.crypto.stream import SealingWriter

    raw = io.BytesIO()
    writer = SealingWriter(raw, data_key=KEY, data_key_id=KEY_ID, key_version=1, context=CONTEXT)
    writer.write(bytes(5_000_000))
    writer.finish()
    assert 0 < len(raw.getvalue()) / 5_000_000 - 1 < 0.0001


def test_a_store_that_gives_few_bytes_at_a_time_is_read_all_the_same() -> None:
    class Slow(io.BytesIO):
        def readinto(self, buffer: object) -> int:  # type: ignore[override]
            return super().readinto(memoryview(buffer)[:100])  # type: ignore[call-overload]

    from modelops.crypto.stream import SealedReader

    plain = os.urandom(2 * SEGMENT + 5)
    reader = SealedReader(Slow(sealed_of(plain)), data_key=KEY, context=CONTEXT)
    assert reader.read() == plain


def test_a_closed_reader_gives_nothing() -> None:
    reader = reader_of(sealed_of(b"secret"))
    reader.close()
    with pytest.raises(ValueError, match="closed"):
        reader.read()


def test_the_algorithm_in_the_header_decides_nothing_on_its_own() -> None:
    """S0-07: another algorithm byte gives another key and another commitment, so the file does not open."""
    for algorithm in Algorithm:
        sealed = bytearray(sealed_of(b"x" * 100, algorithm=algorithm))
        sealed[9] = 3 - sealed[9]
        with pytest.raises(DecryptionFailed):
            opened(bytes(sealed))
