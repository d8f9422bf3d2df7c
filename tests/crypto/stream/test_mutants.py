"""Whatever is done to a sealed file, it is refused: nothing of it is given as the content of the file."""

import itertools
import os
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.stream import HEADER_BYTES, TAG_BYTES, Algorithm, Codec

from .sealing import CONTEXT, FULL, KEY, SEGMENT, opened, reader_of, sealed_of, segments

PLAIN = os.urandom(3 * SEGMENT + 100)
KINDS = list(itertools.product(Algorithm, Codec))


def flipped(sealed: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(sealed)
    changed[place] ^= 1 << bit
    return bytes(changed)


def edits(sealed: bytes) -> Iterator[tuple[str, bytes]]:
    """One bit of the header, and of the beginning, middle, end and tag of each segment."""
    for place, bit in itertools.product(range(HEADER_BYTES), range(8)):
        yield f"header byte {place} bit {bit}", flipped(sealed, place, bit)
    for begin in range(HEADER_BYTES, len(sealed), FULL):
        end = min(begin + FULL, len(sealed))
        places = {begin, begin + 1, (begin + end) // 2, end - TAG_BYTES - 1, *range(end - TAG_BYTES, end)}
        for place, bit in itertools.product(sorted(places), range(8)):
            yield f"byte {place} bit {bit}", flipped(sealed, place, bit)


def lengths(sealed: bytes) -> Iterator[tuple[str, bytes]]:
    """Cut off and extended, at and around every border."""
    borders = {0, HEADER_BYTES, *range(HEADER_BYTES, len(sealed), FULL), len(sealed)}
    near = {place + step for place in borders for step in range(-TAG_BYTES - 2, TAG_BYTES + 3)}
    for length in sorted({*near, *range(HEADER_BYTES)}):
        if 0 <= length < len(sealed):
            yield f"cut to {length}", sealed[:length]
    for more in (1, 2, 15, 16, 17, 100, FULL - 1, FULL, FULL + 1):
        yield f"{more} zeros added", sealed + bytes(more)
        yield f"{more} of its own bytes added", sealed + sealed[-more:]


def orders(sealed: bytes) -> Iterator[tuple[str, bytes]]:
    """Every order, every selection and every doubling of the segments."""
    head, parts = segments(sealed)
    whole = list(range(len(parts)))
    for count in range(len(parts) + 1):
        for order in itertools.permutations(whole, count):
            if list(order) != whole:
                yield f"segments {order}", head + b"".join(parts[index] for index in order)
    for index in whole:
        doubled = [*parts[: index + 1], *parts[index:]]
        yield f"segment {index} twice", head + b"".join(doubled)


def replays(sealed: bytes, other: bytes) -> Iterator[tuple[str, bytes]]:
    """Header or single segments of another file, sealed under the same key for the same place."""
    (head, parts), (foreign_head, foreign) = segments(sealed), segments(other)
    yield "foreign header", foreign_head + b"".join(parts)
    yield "foreign salt", head[:32] + foreign_head[32:64] + head[64:] + b"".join(parts)
    yield "foreign commitment", head[:64] + foreign_head[64:] + b"".join(parts)
    for index in range(len(parts)):
        mixed = [*parts]
        mixed[index] = foreign[index]
        yield f"foreign segment {index}", head + b"".join(mixed)


@pytest.mark.parametrize(("algorithm", "codec"), KINDS)
def test_every_mutant_is_refused(algorithm: Algorithm, codec: Codec) -> None:
    """S0-21, S0-34, S0-36, S1-02, S4-24: at least 1,300 of them, for each cipher and codec."""
    sealed = sealed_of(PLAIN, algorithm=algorithm, codec=codec)
    other = sealed_of(PLAIN, algorithm=algorithm, codec=codec)
    assert opened(sealed) == PLAIN
    assert len(segments(sealed)[1]) == 4
    tried = 0
    for name, mutant in itertools.chain(edits(sealed), lengths(sealed), orders(sealed), replays(sealed, other)):
        given = b""
        try:
            for piece in reader_of(mutant).pieces():
                given += piece
        except DecryptionFailed:
            pass
        else:
            pytest.fail(f"A mutant was opened: {name}")
        # A stream may have given what lies before the damage, but never a changed byte and never all of them.
        assert PLAIN.startswith(given), name
        assert len(given) < len(PLAIN), name
        tried += 1
    assert tried >= 1300


@settings(max_examples=150, deadline=None)
@given(data=st.data(), kind=st.sampled_from(KINDS))
def test_any_splice_is_refused(data: st.DataObject, kind: tuple[Algorithm, Codec]) -> None:
    """S0-21: whatever piece is replaced by whatever bytes."""
    sealed = sealed_of(PLAIN, algorithm=kind[0], codec=kind[1])
    begin = data.draw(st.integers(0, len(sealed)))
    end = data.draw(st.integers(begin, len(sealed)))
    mutant = sealed[:begin] + data.draw(st.binary(max_size=300)) + sealed[end:]
    if mutant != sealed:
        with pytest.raises(DecryptionFailed):
            opened(mutant)


def test_another_key_and_another_place_are_refused_before_any_segment() -> None:
    """S0-21: the commitment of the key is looked at first, so no segment is ever tried under a wrong key."""
    sealed = sealed_of(PLAIN)
    only_the_header = sealed[:HEADER_BYTES] + bytes(100)
    for key, context in ((b"\xff" * 32, CONTEXT), (KEY, b"registry.artifact:2"), (KEY, b"")):
        for file in (sealed, only_the_header):
            with pytest.raises(DecryptionFailed, match="could not be opened"):
                opened(file, key=key, context=context)
    with pytest.raises(DecryptionFailed, match="Segment 0"):
        opened(only_the_header)


def test_a_range_behind_the_damage_still_opens_and_the_damage_itself_does_not() -> None:
    """S0-36: what is given is checked segment by segment."""
    sealed = flipped(sealed_of(PLAIN), HEADER_BYTES + FULL + 7, 3)
    reader = reader_of(sealed)
    reader.seek(2 * SEGMENT)
    assert reader.read(50) == PLAIN[2 * SEGMENT : 2 * SEGMENT + 50]
    reader.seek(SEGMENT - 1)
    with pytest.raises(DecryptionFailed, match="Segment 1"):
        reader.read(2)
    assert reader.tell() == SEGMENT - 1


def test_a_damaged_segment_stays_refused_when_it_is_asked_for_again() -> None:
    reader = reader_of(flipped(sealed_of(PLAIN), HEADER_BYTES + 7, 3))
    for _ in range(2):
        reader.seek(0)
        with pytest.raises(DecryptionFailed):
            reader.read(1)
