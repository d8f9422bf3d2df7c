"""NumPy's own files: a header in Python's notation, and numbers, or one pickle where the array holds objects."""

import ast
import re
import struct
from math import prod
from typing import Any

from . import pickles
from .sources import Stream
from .verdict import Held, Report

MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 10_000  # NumPy's own limit
_SIMPLE = re.compile(r"[<>=|]([biufcmMOSUV?])(\d{0,6})(\[[a-zA-Z0-9]{1,8}\])?")
_DEEPEST = 8


def scan_npy(stream: Stream, report: Report) -> str:
    """One array up to the end of the stream."""
    start = stream.pos
    if stream.read(6) != MAGIC:
        raise Held("This is no NumPy array.", start)
    major, minor = stream.read(2)
    if (major, minor) not in {(1, 0), (2, 0), (3, 0)}:
        raise Held(f"There is no version {major}.{minor} of NumPy's format.", start)
    length = struct.unpack("<H", stream.read(2))[0] if major == 1 else struct.unpack("<I", stream.read(4))[0]
    if length > _LONGEST_HEADER:
        raise Held("The header of the array is longer than NumPy reads.", start)
    size, holds_objects = _described(stream.read(length), start)
    if holds_objects:
        pickles.scan_one(stream, report)
    else:
        stream.skip(size)
    if not stream.ended:
        report.add("Something stands behind the end of the array.", stream.pos)
    return "npy_objects" if holds_objects else "npy"


def _described(header: bytes, start: int) -> tuple[int, bool]:
    """Bytes of the numbers, and whether there are objects instead."""
    try:
        described = ast.literal_eval(header.decode("utf-8").strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        raise Held("The header of the array cannot be read.", start) from None
    if not isinstance(described, dict) or set(described) != {"descr", "fortran_order", "shape"}:
        raise Held("The header of the array is not what NumPy writes.", start)
    shape = described["shape"]
    if not isinstance(shape, tuple) or not all(type(each) is int and 0 <= each < 1 << 48 for each in shape):
        raise Held("The shape of the array is none.", start)
    try:
        size, holds_objects = _size(described["descr"], 0)
    except (ValueError, TypeError):
        raise Held("The data type of the array is not one that NumPy writes.", start) from None
    return size * prod(shape), holds_objects


def _size(described: Any, depth: int) -> tuple[int, bool]:
    """Bytes of an item; raises ValueError for what NumPy does not write."""
    if depth > _DEEPEST:
        raise ValueError
    if isinstance(described, str):
        match = _SIMPLE.fullmatch(described)
        if match is None:
            raise ValueError
        kind, digits, _ = match.groups()
        size = int(digits) if digits else {"?": 1, "O": 8}.get(kind, 0)
        return (size * 4 if kind == "U" else size), kind == "O"
    if isinstance(described, tuple) and len(described) == 2:
        size, objects = _size(described[0], depth + 1)
        return size * prod(described[1]), objects
    if not isinstance(described, list):
        raise TypeError
    total, any_objects = 0, False
    for field in described:
        if not isinstance(field, tuple) or len(field) not in {2, 3}:
            raise ValueError
        size, objects = _size(field[1], depth + 1)
        total += size * (prod(field[2]) if len(field) == 3 else 1)
        any_objects = any_objects or objects
    return total, any_objects
