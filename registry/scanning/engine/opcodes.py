"""The opcodes of pickle protocols 0 to 5, and how their arguments are read.

Written from the description in Python's own documentation of the protocol (PEP 307, 3154 and 574). What is not in this
table is no pickle.
"""

import struct
from collections.abc import Callable
from typing import Any

from .sources import Stream
from .verdict import Ends

KEPT_BYTES = 300


class Opaque:
    """A value of which only the kind matters."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind


BYTES, TEXT, NUMBER = Opaque("bytes"), Opaque("text"), Opaque("number")

Argument = Callable[[Stream], Any]


def _fixed(layout: str) -> Argument:
    size = struct.calcsize(layout)

    def read(stream: Stream) -> Any:
        return struct.unpack(layout, stream.read(size))[0]

    return read


def _counted(layout: str, kind: str) -> Argument:
    length = _fixed(layout)

    def read(stream: Stream) -> Any:
        start, count = stream.pos, length(stream)
        if count < 0:
            raise Ends("A length in the pickle is negative.", start)
        if count > KEPT_BYTES:
            stream.skip(count)
            return BYTES if kind == "bytes" else TEXT if kind != "number" else NUMBER
        data = stream.read(count)
        if kind == "text":
            return _text(data, start)
        if kind == "string":  # of Python 2: bytes that become text
            return data.decode("latin-1")
        return data if kind == "bytes" else int.from_bytes(data, "little", signed=True)

    return read


def _text(data: bytes, start: int) -> str:
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise Ends("A text in the pickle is not UTF-8.", start) from None


def _number_line(stream: Stream) -> Any:
    start, line = stream.pos, stream.line()
    digits = line[:-1] if line[-1:] == b"L" else line
    if line in {b"00", b"01"}:
        return line == b"01"
    if len(digits) > KEPT_BYTES or not digits.lstrip(b"-").isdigit():
        raise Ends("A number in the pickle is none.", start)
    return int(digits)


def _index_line(stream: Stream) -> int:
    start, line = stream.pos, stream.line()
    if not line.isdigit() or len(line) > 12:
        raise Ends("A memo number in the pickle is none.", start)
    return int(line)


def _float_line(stream: Stream) -> Any:
    start, line = stream.pos, stream.line()
    try:
        float(line)
    except ValueError:
        raise Ends("A number in the pickle is none.", start) from None
    return NUMBER


def _string_line(stream: Stream) -> Any:
    """Quoted text of protocol 0. What needs escapes is not decoded: it cannot be a name that is allowed."""
    start, line = stream.pos, stream.line()
    if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in {b"'", b'"'}:
        raise Ends("A string in the pickle has no quotes.", start)
    return TEXT if b"\\" in line or len(line) > KEPT_BYTES else line[1:-1].decode("latin-1")


def _unicode_line(stream: Stream) -> Any:
    line = stream.line()
    return TEXT if b"\\" in line or len(line) > KEPT_BYTES else line.decode("latin-1")


def _two_lines(stream: Stream) -> tuple[str, str]:
    return stream.line().decode("utf-8", "replace"), stream.line().decode("utf-8", "replace")


def _float8(stream: Stream) -> Any:
    stream.read(8)
    return NUMBER


def _nothing(stream: Stream) -> None:
    return None


_U1, _U2, _I4, _U4, _U8 = (_fixed(layout) for layout in ("<B", "<H", "<i", "<I", "<Q"))

OPCODES: dict[int, tuple[str, Argument]] = {
    ord(code): (name, argument)
    for code, name, argument in (
        ("I", "constant", _number_line), ("J", "constant", _I4), ("K", "constant", _U1), ("M", "constant", _U2),
        ("L", "constant", _number_line), ("\x8a", "constant", _counted("<B", "number")),
        ("\x8b", "constant", _counted("<i", "number")), ("F", "constant", _float_line), ("G", "constant", _float8),
        ("S", "constant", _string_line), ("T", "constant", _counted("<i", "string")),
        ("U", "constant", _counted("<B", "string")), ("V", "constant", _unicode_line),
        ("X", "constant", _counted("<I", "text")), ("\x8c", "constant", _counted("<B", "text")),
        ("\x8d", "constant", _counted("<Q", "text")), ("B", "constant", _counted("<I", "bytes")),
        ("C", "constant", _counted("<B", "bytes")), ("\x8e", "constant", _counted("<Q", "bytes")),
        ("\x96", "constant", _counted("<Q", "bytes")), ("N", "none", _nothing), ("\x88", "true", _nothing),
        ("\x89", "false", _nothing), ("]", "empty_list", _nothing), ("a", "append", _nothing),
        ("e", "appends", _nothing), ("l", "list", _nothing), (")", "empty_tuple", _nothing), ("t", "tuple", _nothing),
        ("\x85", "tuple1", _nothing), ("\x86", "tuple2", _nothing), ("\x87", "tuple3", _nothing),
        ("}", "empty_dict", _nothing), ("d", "dict", _nothing), ("s", "setitem", _nothing), ("u", "setitems", _nothing),
        ("\x8f", "empty_set", _nothing), ("\x90", "additems", _nothing), ("\x91", "frozenset", _nothing),
        ("0", "pop", _nothing), ("2", "dup", _nothing), ("(", "mark", _nothing), ("1", "pop_mark", _nothing),
        ("g", "get", _index_line), ("h", "get", _U1), ("j", "get", _U4), ("p", "put", _index_line), ("q", "put", _U1),
        ("r", "put", _U4), ("\x94", "memoize", _nothing), ("\x82", "extension", _U1), ("\x83", "extension", _U2),
        ("\x84", "extension", _I4), ("c", "name", _two_lines), ("\x93", "stack_name", _nothing),
        ("R", "reduce", _nothing), ("b", "build", _nothing), ("i", "instance", _two_lines), ("o", "object", _nothing),
        ("\x81", "newobj", _nothing), ("\x92", "newobj_ex", _nothing), ("\x80", "protocol", _U1),
        (".", "stop", _nothing), ("\x95", "frame", _U8), ("P", "persistent_line", lambda stream: stream.line()),
        ("Q", "persistent", _nothing), ("\x97", "next_buffer", _nothing), ("\x98", "readonly_buffer", _nothing),
    )
}  # fmt: skip
