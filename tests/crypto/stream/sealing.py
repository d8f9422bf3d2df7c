"""Small sealed files: segments of 4 KiB, so that few bytes make many of them."""

import io
import uuid
from typing import Any

from modelops.crypto.stream import HEADER_BYTES, TAG_BYTES, SealedReader, SealingWriter

KEY, KEY_ID, CONTEXT = bytes(range(32)), uuid.UUID(int=7), b"registry.artifact:1"
LOG2 = 12
SEGMENT = 1 << LOG2
FULL = SEGMENT + TAG_BYTES


def writer_into(raw: io.BytesIO, *, key: bytes = KEY, context: bytes = CONTEXT, **options: Any) -> SealingWriter:
    """A writer of small segments."""
    return SealingWriter(
        raw, data_key=key, data_key_id=KEY_ID, key_version=3, context=context, log2_segment=LOG2, **options
    )


def sealed_of(plain: bytes, **options: Any) -> bytes:
    """The sealed file of ``plain``."""
    raw = io.BytesIO()
    writer = writer_into(raw, **options)
    writer.write(plain)
    writer.finish()
    assert writer.plaintext_bytes == len(plain)
    assert writer.stored_bytes == len(raw.getvalue())
    return raw.getvalue()


def reader_of(sealed: bytes, *, key: bytes = KEY, context: bytes = CONTEXT) -> SealedReader:
    """A reader of a sealed file."""
    return SealedReader(io.BytesIO(sealed), data_key=key, context=context)


def opened(sealed: bytes, *, key: bytes = KEY, context: bytes = CONTEXT) -> bytes:
    """All of the plaintext."""
    return reader_of(sealed, key=key, context=context).read()


def segments(sealed: bytes) -> tuple[bytes, list[bytes]]:
    """The header, and each segment with its tag."""
    body = sealed[HEADER_BYTES:]
    return sealed[:HEADER_BYTES], [body[i : i + FULL] for i in range(0, len(body), FULL)]
