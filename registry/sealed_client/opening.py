"""A sealed body that arrives, opened segment by segment in memory; what does not open ends the upload."""

import hashlib
import hmac
import uuid
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag

from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.key_transport import unwrap, wrong_key
from modelops.crypto.stream import HEADER_BYTES, TAG_BYTES, Codec, Header
from modelops.crypto.stream.header import LOG2_SEGMENT, MAGIC, derive, nonce
from modelops.lib.errors import Invalid
from registry.artifacts.expected_digest import ExpectedDigest

from .travelling import SentKey, context_on_the_way


def opened(pieces: Iterable[bytes], sent: SentKey, sender: uuid.UUID) -> Iterator[bytes]:
    """The plaintext of the sealed body ``pieces``, each segment after it has opened; holds one segment.

    Raises Invalid for a key that is wrapped for something else, for a body that is not sealed, and for one that is
    damaged, cut short or longer than it was.
    """
    body = _Body(pieces)
    header = _header(body.take(HEADER_BYTES))
    data_key = unwrap(sent.recipient, sent.wrapped, sender=sender, file_id=header.data_key_id)
    cipher, prefix, commitment = derive(data_key, header, context_on_the_way(header.data_key_id))
    if not hmac.compare_digest(commitment, header.commitment):
        wrong_key()
    full = header.segment_bytes + TAG_BYTES
    index, is_last = 0, False
    while not is_last:
        sealed = body.take(full)
        is_last = len(sealed) < full  # the last segment is always shorter than a full one
        try:
            segment = cipher.decrypt(nonce(prefix, index, is_last), sealed, None)
        except (InvalidTag, ValueError):  # ValueError: not even a tag is left
            raise (_cut_short if is_last else _damaged)(index) from None
        yield segment
        index += 1


def digested(pieces: Iterable[bytes], expected: ExpectedDigest) -> Iterator[bytes]:
    """The same pieces; raises Invalid after the last when their digest is not the one that the sender said."""
    digests = {name: hashlib.new(name) for name in ("sha256", "sha512") if getattr(expected, name)}
    for piece in pieces:
        for digest in digests.values():
            digest.update(piece)
        yield piece
    found = {name: digest.hexdigest() for name, digest in digests.items()}
    expected.check(found.get("sha256", ""), found.get("sha512", ""))


def _header(raw: bytes) -> Header:
    if raw[: len(MAGIC)] != MAGIC:
        raise Invalid(
            "The body was said to be sealed and does not begin with MOPSEAL1. Seal it with the portal's client, or "
            "send it as it is, without a wrapped key.",
            code="sealed_upload.not_sealed",
            field="file",
        )
    if len(raw) < HEADER_BYTES:
        raise _cut_short(0)
    try:
        header = Header.unpack(raw)
    except DecryptionFailed as error:
        raise _unsupported(error.message) from None
    if header.codec is not Codec.NONE or header.log2_segment != LOG2_SEGMENT:
        raise _unsupported("A sealed body has segments of 1 MiB and no codec.")
    return header


class _Body:
    """Bytes in blocks of any length, from pieces of any length."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._waiting = bytearray()

    def take(self, length: int) -> bytes:
        """The next ``length`` bytes; fewer only at the end."""
        while len(self._waiting) < length:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._waiting += piece
        block = bytes(self._waiting[:length])
        del self._waiting[:length]
        return block


def _damaged(index: int) -> Invalid:
    return Invalid(
        f"Segment {index} of the sealed body does not open: it was changed on its way. Nothing was stored. Send it "
        "again.",
        code="sealed_upload.damaged",
        field="file",
    )


def _cut_short(index: int) -> Invalid:
    return Invalid(
        f"The sealed body ends at segment {index}, which is not its end: it was cut short, or its end was changed. "
        "Nothing was stored. Send all of it again.",
        code="sealed_upload.truncated",
        field="file",
    )


def _unsupported(why: str) -> Invalid:
    return Invalid(f"{why} Use the client that this portal gives out.", code="sealed_upload.unsupported", field="file")
