"""Formats that hold numbers and nothing else; each is accepted only when its whole table fits the file."""

import json
import struct
from math import prod
from typing import Any, BinaryIO

from modelops.lib.errors import Invalid
from modelops.lib.late import late

numpy_format = late("numpy.lib.format")

# The limit of the reference implementation (huggingface/safetensors, MAX_HEADER_SIZE).
_LARGEST_SAFETENSORS_HEADER = 100_000_000
_BITS = {
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E5M2FNUZ": 8, "F8_E4M3FNUZ": 8,
    "BOOL": 8, "U8": 8, "I8": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "F64": 64, "I64": 64, "U64": 64, "C64": 64,
}  # fmt: skip


def safetensors(file: BinaryIO, head: bytes, size: int) -> str | None:
    """A header length, a JSON table, and tensors that fill the rest of the file without gap or overlap."""
    if len(head) < 10:
        return None
    (length,) = struct.unpack("<Q", head[:8])
    if head[8:9] != b"{" or not 2 <= length <= _LARGEST_SAFETENSORS_HEADER:
        return None
    if length > size - 8:
        raise damaged("safetensors")
    file.seek(8)
    try:
        table = json.loads(file.read(length), object_pairs_hook=_without_repeats)
        if not _fills(table, size - 8 - length):
            raise damaged("safetensors")
    except (ValueError, TypeError, KeyError, RecursionError):
        raise damaged("safetensors") from None
    return "safetensors"


def _fills(table: dict[str, Any], available: int) -> bool:
    spans = []
    for name, tensor in table.items():
        if name == "__metadata__":
            continue
        begin, end = tensor["data_offsets"]
        shape = tensor["shape"]
        if not all(isinstance(each, int) and each >= 0 for each in (begin, end, *shape)):
            return False
        if (end - begin) * 8 != prod(shape) * _BITS[tensor["dtype"]]:
            return False
        spans.append((begin, end))
    position = 0
    for begin, end in sorted(spans):
        if begin != position:
            return False
        position = end
    return position == available


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("A name stands twice in the table.")
    return table


def npy(file: BinaryIO, head: bytes, size: int) -> str | None:
    """One NumPy array; an array of objects is a pickle in disguise and told apart."""
    if not head.startswith(numpy_format.MAGIC_PREFIX):
        return None
    file.seek(0)
    key, wanted = npy_header(file)
    if key == "npy" and size != wanted:
        raise damaged("a NumPy array")
    return key


def npy_header(file: Any) -> tuple[str, int]:
    """Key of the array that begins here, and how many bytes header and numbers take."""
    start = file.tell()
    try:
        version = numpy_format.read_magic(file)
        # Version 3 differs from 2 only in the encoding of field names.
        read = numpy_format.read_array_header_1_0 if version == (1, 0) else numpy_format.read_array_header_2_0
        shape, _, dtype = read(file)
    except (ValueError, EOFError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise damaged("a NumPy array") from None
    if dtype.hasobject:
        return "npy_objects", 0
    return "npy", file.tell() - start + prod(shape) * dtype.itemsize


def gguf(file: BinaryIO, head: bytes, size: int) -> str | None:
    """The magic, a known version and counts that the file could hold."""
    if head[:4] != b"GGUF":
        return None
    if len(head) < 24:
        raise damaged("GGUF")
    version, tensors, entries = struct.unpack("<IQQ", head[4:24])
    # Each tensor's entry and each key with its value take more than 8 bytes.
    if version not in {2, 3} or (tensors + entries) * 8 > size:
        raise damaged("GGUF")
    return "gguf"


def damaged(what: str) -> Invalid:
    """The refusal of a file that begins like a format and does not hold what its table promises."""
    return Invalid(
        f"The file begins like {what}, but its parts do not fit together. It may be cut off: save it again and "
        "upload that.",
        code="artifact.damaged",
        field="file",
    )
