"""Whether a file is compressed before it is sealed, told by its first bytes."""

from modelops.crypto.stream import Codec
from modelops.lib.late import late

pa = late("pyarrow")

# Enough to judge by, and what is held in memory until the choice is made.
SAMPLE_BYTES = 1 << 20
# A sample that does not become smaller by this much is not worth the work of every later reading.
WORTHWHILE = 0.9
# Trained weights and what is compressed already: nothing to gain, so the trial is spared.
_DENSE: tuple[bytes, ...] = (
    b"PK\x03\x04",  # zip: npz, PyTorch, Keras, skops
    b"PK\x05\x06",
    b"\x1f\x8b",  # gzip
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",  # zstd
    b"\x04\x22\x4d\x18",  # LZ4
    b"7z\xbc\xaf\x27\x1c",
    b"PAR1",  # Parquet
    b"GGUF",
)


def choose_codec(setting: str, sample: bytes | bytearray | memoryview) -> Codec:
    """The codec for a file that begins with ``sample``; ``setting`` is "auto", "none" or "zstd"."""
    if setting == "none":
        return Codec.NONE
    if setting == "zstd":
        return Codec.ZSTD
    head = bytes(sample[:16])
    if head.startswith(_DENSE) or _is_safetensors(head):
        return Codec.NONE
    tried = pa.Codec("zstd", compression_level=1).compress(pa.py_buffer(sample))
    return Codec.ZSTD if len(sample) and tried.size < WORTHWHILE * len(sample) else Codec.NONE


def _is_safetensors(head: bytes) -> bool:
    # A length of at most 100 MB as eight little-endian bytes, then the JSON table.
    return len(head) > 9 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= 100_000_000
