"""Formats of tensors with a table: each byte belongs to the table or to exactly one tensor."""

import json
import re
import struct
from math import prod
from typing import Any

from . import limits
from .sources import Source
from .verdict import Held, Report, printable

_BITS = {
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E5M2FNUZ": 8, "F8_E4M3FNUZ": 8,
    "BOOL": 8, "U8": 8, "I8": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "F64": 64, "I64": 64, "U64": 64, "C64": 64,
}  # fmt: skip


def parsed(data: bytes, what: str) -> Any:
    """JSON without repeated keys. Raises Held."""
    if len(data) > limits.JSON:
        raise Held(f"{what} is larger than {limits.JSON:,} bytes.")
    try:
        return json.loads(data, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        raise Held(f"{what} is not JSON, nests too deeply or names something twice.") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("repeated")
    return table


def looks_like_safetensors(head: bytes, size: int) -> bool:
    """A length that fits, and a table behind it."""
    return len(head) >= 10 and head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= size - 8


def scan_safetensors(source: Source, report: Report) -> str:
    """The header, and tensors that fill the rest without gap or overlap."""
    length = int.from_bytes(source.exactly(0, 8), "little")
    if length > limits.JSON:
        raise Held("The table of the file is too long to be looked through.", 0)
    table = parsed(source.exactly(8, length), "The table")
    if not isinstance(table, dict):
        raise Held("The table of the file is none.", 8)
    texts = table.pop("__metadata__", {})
    if not isinstance(texts, dict) or not all(isinstance(each, str) for each in texts.values()):
        report.add("The remarks in the table are not texts.", 8)
    place = 0
    for begin, end, name in sorted(_span(name, tensor) for name, tensor in table.items()):
        if begin != place:
            report.add(f"The tensor {printable(name)} does not begin where the one before it ends.", 8 + length + begin)
        place = max(place, end)
    if place != source.size - 8 - length:
        report.add("The tensors do not fill the file.", 8 + length + place)
    return "safetensors"


def _span(name: str, tensor: Any) -> tuple[int, int, str]:
    wrong = Held(f"The entry of the tensor {printable(name)} is not in order.", 8)
    if not isinstance(tensor, dict) or set(tensor) != {"dtype", "shape", "data_offsets"}:
        raise wrong
    shape, offsets = tensor["shape"], tensor["data_offsets"]
    if not isinstance(shape, list) or not isinstance(offsets, list) or len(offsets) != 2:
        raise wrong
    if not all(type(each) is int and 0 <= each < 1 << 60 for each in (*shape, *offsets)) or len(shape) > 64:
        raise wrong
    begin, end = offsets
    if not isinstance(tensor["dtype"], str) or (end - begin) * 8 != prod(shape) * _BITS.get(tensor["dtype"], -1):
        raise wrong
    return begin, end, name


# --- GGUF: key-value pairs, a table of tensors, and their data, aligned.

_NUMBERS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<B", 10: "<Q", 11: "<q", 12: "<d"}
_TEXT, _ARRAY = 8, 9
# Type of a tensor → items of a block, bytes of a block (ggml.h).
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36), 10: (256, 84),
    11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66), 17: (256, 74),
    18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2),
    26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
_MOST_ITEMS = 4_000_000
REACHES_OUT = re.compile(
    r"__|\\x|\\u|\\0|\|\s*attr\b|\battr\s*\(|mro|subclasses|globals|getattr|import\s", re.IGNORECASE
)


class _Reader:
    def __init__(self, source: Source, place: int) -> None:
        self.source, self.place = source, place

    def number(self, layout: str) -> Any:
        size = struct.calcsize(layout)
        self.place += size
        return struct.unpack(layout, self.source.exactly(self.place - size, size))[0]

    def text(self) -> str:
        length = self.number("<Q")
        if length > limits.MIB:
            raise Held("A text in the file is longer than a MiB.", self.place)
        self.place += length
        return self.source.exactly(self.place - length, length).decode("utf-8", "replace")


def scan_gguf(source: Source, report: Report) -> str:
    """Keys, tensors and their places. A chat template is a program: it may only format what it is given."""
    reader = _Reader(source, 4)
    version, tensors, entries = reader.number("<I"), reader.number("<Q"), reader.number("<Q")
    if version not in {2, 3} or tensors > 100_000 or entries > 100_000:
        raise Held("The head of the file is not one of GGUF 2 or 3.", 4)
    alignment, names = 32, set()
    for _ in range(entries):
        at, key = reader.place, reader.text()
        if key in names:
            raise Held("A key stands twice.", at)
        names.add(key)
        value = _value(reader, reader.number("<I"), 0)
        if key == "general.alignment":
            alignment = value
        if "chat_template" in key and isinstance(value, str) and REACHES_OUT.search(value):
            report.add("The chat template reaches for more than the messages that it formats.", at)
    if type(alignment) is not int or not 8 <= alignment <= 1 << 16 or alignment & (alignment - 1):
        raise Held("The alignment is none.", 24)
    spans = [_tensor(reader) for _ in range(tensors)]
    start = -(-reader.place // alignment) * alignment if tensors else reader.place
    if source.at(reader.place, start - reader.place).strip(b"\0"):
        report.add("Something stands between the table and the tensors.", reader.place)
    place = 0
    for begin, size in sorted(spans):
        gap = begin - place
        if not 0 <= gap < alignment or source.at(start + place, gap).strip(b"\0"):
            report.add("A tensor does not begin where the one before it ends.", start + begin)
        place = begin + size
    left = source.size - start - place
    if not 0 <= left < alignment or source.at(start + place, left).strip(b"\0"):
        report.add("The tensors do not fill the file.", start + place)
    return "gguf"


def _value(reader: _Reader, kind: int, depth: int) -> Any:
    if kind in _NUMBERS:
        return reader.number(_NUMBERS[kind])
    if kind == _TEXT:
        return reader.text()
    if kind != _ARRAY or depth > 4:
        raise Held("A value is of no known type.", reader.place)
    inner, count = reader.number("<I"), reader.number("<Q")
    if count > _MOST_ITEMS:
        raise Held("An array has too many items.", reader.place)
    if inner in _NUMBERS:
        reader.place += count * struct.calcsize(_NUMBERS[inner])
        reader.source.exactly(reader.place - 1, 1)
        return None
    for _ in range(count):
        _value(reader, inner, depth + 1)
    return None


def _tensor(reader: _Reader) -> tuple[int, int]:
    at = reader.place
    reader.text()
    count = reader.number("<I")
    if count > 8:
        raise Held("A tensor has too many dimensions.", at)
    items = prod(reader.number("<Q") for _ in range(count))
    kind, offset = reader.number("<I"), reader.number("<Q")
    if kind not in _BLOCKS:
        raise Held(f"The type {kind} of a tensor is not known.", at)
    per_block, size = _BLOCKS[kind]
    if items % per_block:
        raise Held("A tensor is not made of whole blocks.", at)
    return offset, items // per_block * size
