"""ONNX: a tree of protobuf messages of which every field is known; no operators of others, no files elsewhere."""

import re
from dataclasses import dataclass

from .onnx_messages import MESSAGES
from .sources import Source
from .verdict import Held, Report, printable

# Domains whose operators come with ONNX and ONNX Runtime. Any other one makes the runtime load a library.
_DOMAINS = {"", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training", "com.microsoft"}
_LONGEST_TEXT = 1 << 20
_SHOWN_TEXT = 4096
_DEEPEST = 60
_MOST_FIELDS = 5_000_000
_INSIDE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}")
_WIRES = {"number": 0, "four": 5, "eight": 1}


@dataclass
class _Walk:
    source: Source
    report: Report
    fields: int = 0
    functions: bool = False


def looks_like_onnx(head: bytes) -> bool:
    """The IR version comes first in what every exporter writes."""
    return len(head) > 4 and head[0] == 0x08 and head[1] < 0x40 and head[2] & 7 in {0, 2}


def scan_onnx(source: Source, report: Report) -> str:
    """The whole file is one ModelProto."""
    seen = _message(_Walk(source, report), "ModelProto", 0, source.size, 0)
    if not {1, 7, 8} <= seen:
        raise Held("The file has no version, no graph or no operator sets: it is no ONNX model.")
    return "onnx"


def _message(walk: _Walk, kind: str, place: int, end: int, depth: int) -> set[int]:
    if depth > _DEEPEST:
        raise Held("The model is nested too deeply.", place)
    known, seen = MESSAGES[kind], set()
    texts: dict[int, str] = {}
    start = place
    while place < end:
        walk.fields += 1
        if walk.fields > _MOST_FIELDS:
            raise Held("The model has too many parts to be looked through.", place)
        at = place
        tag, place = _varint(walk.source, place, end)
        number, wire = tag >> 3, tag & 7
        inner = known.get(number)
        if inner is None:
            raise Held(f"The field {number} of {kind} is not known in ONNX.", at)
        seen.add(number)
        place = _field(walk, inner, wire, place, end, depth, at, texts, number)
    _judge(walk, kind, texts, start)
    return seen


def _field(
    walk: _Walk, inner: str, wire: int, place: int, end: int, depth: int, at: int, texts: dict[int, str], number: int
) -> int:
    """Passes over one field and gives the place after it."""
    wanted = _WIRES.get(inner, 2)
    if wire == 2:
        length, place = _varint(walk.source, place, end)
        if length > end - place:
            raise Held("A part of the model reaches over the end of what it stands in.", at)
        if inner == "text":
            if length > _LONGEST_TEXT:
                raise Held("A text in the model is longer than a MiB.", at)
            texts[number] = walk.source.exactly(place, min(length, _SHOWN_TEXT)).decode("utf-8", "replace")
        elif inner in MESSAGES:
            _message(walk, inner, place, place + length, depth + 1)
        return place + length
    if wire != wanted:
        raise Held(f"A field of the model is stored as another kind of value (wire type {wire}).", at)
    if wire == 0:
        value, place = _varint(walk.source, place, end)
        texts[-number] = str(value)
        return place
    place += 4 if wire == 5 else 8
    if place > end:
        raise Held("The model is cut off.", at)
    return place


def _judge(walk: _Walk, kind: str, texts: dict[int, str], at: int) -> None:
    """What a message says, once all of it was read."""
    if kind in {"NodeProto", "OperatorSetIdProto"}:
        domain = texts.get(7 if kind == "NodeProto" else 1, "")
        if domain not in _DOMAINS:
            walk.report.add(f"The model uses operators of {printable(domain)}, which a library must bring.", at)
        if kind == "NodeProto" and texts.get(4, "").lower() in {"pyop", "pythonop", "pyfunc"}:
            walk.report.add(f"The operator {printable(texts[4])} runs Python.", at)
    elif kind == "FunctionProto" and texts.get(10, "") not in _DOMAINS:
        walk.report.add(f"The model brings functions of {printable(texts[10])}.", at)
    elif kind == "StringStringEntryProto" and texts.get(1) == "location":
        location = texts.get(2, "")
        if not _INSIDE.fullmatch(location) or ".." in location:
            walk.report.add(f"The model takes its numbers from {printable(location)}, outside of its folder.", at)


def _varint(source: Source, place: int, end: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(source.at(place, min(10, end - place))):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, place + index + 1
    raise Held("A number in the model has no end.", place)
