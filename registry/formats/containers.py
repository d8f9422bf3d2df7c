"""Formats told by their framing: HDF5, pickle streams, ONNX, XGBoost's JSON."""

import re
from typing import BinaryIO

_HDF5 = b"\x89HDF\r\n\x1a\n"
# What torch.save wrote before version 1.6: the pickled number 0x1950a86a20f9469cfc6c.
_TORCH_LEGACY = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_XGBOOST = re.compile(rb'\s*\{.*"learner"\s*:\s*\{', re.DOTALL)

_IR_VERSION, _GRAPH, _OPSET_IMPORT = 1, 7, 8
# Fields of ModelProto in onnx.proto: 1 to 3 and so on are text or messages (wire type 2), 1 and 5 are numbers.
_WIRE_TYPES = {1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2}
_MOST_FIELDS = 100_000


def hdf5(file: BinaryIO, head: bytes, size: int) -> str | None:
    """HDF5 may hold Keras layers with code in them."""
    return "hdf5" if head.startswith(_HDF5) else None


def pickle(file: BinaryIO, head: bytes, size: int) -> str | None:
    """A pickle of protocol 2 to 5. It is never opened: only its first bytes are looked at."""
    if head[:1] != b"\x80" or len(head) < 3 or not 2 <= head[1] <= 5:
        return None
    return "torch_legacy" if _TORCH_LEGACY in head[:32] else "pickle"


def onnx(file: BinaryIO, head: bytes, size: int) -> str | None:
    """A ModelProto: its fields are walked to the very end of the file, without reading what is in them."""
    if head[:1] != b"\x08":
        return None
    seen: set[int] = set()
    position = 0
    for _ in range(_MOST_FIELDS):
        if position == size:
            return "onnx" if {_IR_VERSION, _GRAPH, _OPSET_IMPORT} <= seen else None
        file.seek(position)
        window = file.read(20)
        tag, used = _varint(window, 0)
        value, used = _varint(window, used)
        number, wire = tag >> 3, tag & 7
        if used < 0 or _WIRE_TYPES.get(number) != wire:
            return None
        seen.add(number)
        position += used + (value if wire == 2 else 0)
        if position > size:
            return None
    return None


def xgboost_json(file: BinaryIO, head: bytes, size: int) -> str | None:
    """XGBoost's own JSON: an object with a learner."""
    return "xgboost_json" if _XGBOOST.match(head) else None


def _varint(data: bytes, start: int) -> tuple[int, int]:
    """A protobuf number and the position after it; -1 when there is none."""
    value = 0
    if start < 0:
        return 0, -1
    for place, byte in enumerate(data[start : start + 10]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, start + place + 1
    return 0, -1
