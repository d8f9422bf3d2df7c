"""Sealed artifact files: authenticated encryption in segments, written and read as streams, at constant memory.

The byte layout is in docs/reference/artifact-format.md. The construction is STREAM (Hoang, Reyhanitabar, Rogaway and
Vizár, 2015) with the key commitment, the bound context and the short last segment of C2SP's chunked encryption: a file
that is truncated, reordered, extended, edited, swapped for another or read under another key does not open.
"""

from .digests import DIGESTS, Digests
from .header import HEADER_BYTES, TAG_BYTES, Algorithm, Codec, Header
from .reader import SealedReader
from .segments import DamagedSegment, Segments
from .writer import SealingWriter

__all__ = [
    "DIGESTS",
    "HEADER_BYTES",
    "TAG_BYTES",
    "Algorithm",
    "Codec",
    "DamagedSegment",
    "Digests",
    "Header",
    "SealedReader",
    "SealingWriter",
    "Segments",
]
