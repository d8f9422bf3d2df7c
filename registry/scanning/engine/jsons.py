"""XGBoost's own formats: JSON and UBJSON hold numbers and texts alone; both are followed to their last byte."""

import re
import struct

from .sources import Source, Stream, stream_of
from .verdict import Held, Report

_DEEPEST = 64
_TOKEN = re.compile(
    rb'[ \t\r\n]*(?:([{}\[\],:])|("(?:[^"\\\x00-\x1f]|\\["\\/bfnrtu])*")|'
    rb"(-?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,5})?|true|false|null|-?Infinity|NaN)(?=[\s,\]}]))"
)
_LONGEST_TOKEN = 1 << 20
_KNOWN = {b'"learner"', b'"version"', b'"Config"', b'"Model"', b'"config"'}


def looks_like_xgboost_json(head: bytes) -> bool:
    """An object that names a learner or a version first."""
    return re.match(rb'\s*\{\s*"(?:learner|version|Config|Model)"\s*:', head) is not None


def looks_like_ubjson(head: bytes) -> bool:
    """An object whose first key is counted by a typed length."""
    return re.match(rb"\{(?:L.{7}|l.{3}|i)[\x01-\x20](?:learner|version|Config|Model)", head, re.DOTALL) is not None


def scan_json(source: Source, report: Report) -> str:
    """Tokens in a correct order, up to the end; the outer keys are XGBoost's."""
    text, place = b"", 0
    nesting: list[str] = []
    wanted, learners = "value", 0
    pieces = source.pieces()
    ended = False
    while True:
        match = None if len(text) < _LONGEST_TOKEN and not ended else _TOKEN.match(text)
        if match is None and not ended:
            piece = next(pieces, None)
            ended = piece is None
            text += (piece or b"") if not ended else b" "
            continue
        # Enough is here for any token that is allowed: take as many as possible without asking for more.
        position = 0
        safe = len(text) if ended else len(text) - _LONGEST_TOKEN
        while position <= safe and (match := _TOKEN.match(text, position)):
            mark, string, _ = match.groups()
            if wanted == "end":
                raise Held("Something stands behind the end of the model.", place + position)
            if string and len(nesting) == 1 and wanted in {"key", "key or }"}:
                if string not in _KNOWN:
                    report.add("The model has a part that XGBoost does not write.", place + position)
                learners += string in {b'"learner"', b'"Model"'}
            wanted = _next(wanted, mark, string is not None, nesting, place + position)
            position = match.end()
        place += position
        text = text[position:]
        if ended:
            if text.strip() or wanted != "end" or not learners:
                raise Held("The file is not JSON of an XGBoost model up to its end.", place)
            return "xgboost_json"
        if position == 0 and len(text) >= 4 * _LONGEST_TOKEN:
            raise Held("The file is not JSON of an XGBoost model.", place)


def _next(wanted: str, mark: bytes | None, is_text: bool, nesting: list[str], at: int) -> str:
    """What may come after a token; raises Held for one that may not stand here."""
    sign = mark.decode() if mark else ""
    if sign in {"{", "["} and wanted in {"value", "value or ]"}:
        nesting.append(sign)
        if len(nesting) > _DEEPEST:
            raise Held("The JSON is nested too deeply.", at)
        return "key or }" if sign == "{" else "value or ]"
    if (sign == "}" and wanted in {"key or }", ", or }"}) or (sign == "]" and wanted in {"value or ]", ", or ]"}):
        nesting.pop()
        return _after_value(nesting)
    if sign == "," and wanted in {", or }", ", or ]"}:
        return "key" if wanted == ", or }" else "value"
    if sign == ":" and wanted == ":":
        return "value"
    if not sign and is_text and wanted in {"key", "key or }"}:
        return ":"
    if not sign and wanted in {"value", "value or ]"}:
        return _after_value(nesting)
    raise Held("The file is not JSON.", at)


def _after_value(nesting: list[str]) -> str:
    if not nesting:
        return "end"
    return ", or }" if nesting[-1] == "{" else ", or ]"


# --- UBJSON, as XGBoost writes it: counted keys and texts, typed arrays.

_SIZES = {"i": "b", "U": "B", "I": "h", "l": "i", "L": "q", "d": "f", "D": "d"}
_WHOLE = {"i", "U", "I", "l", "L"}


def scan_ubjson(source: Source, report: Report) -> str:
    """One object up to the end of the file."""
    stream = stream_of(source)
    if _kind(stream) != "{":
        raise Held("The file does not begin with an object.", 0)
    keys = _object(stream, 0)
    if not keys & {"learner", "Model"} or keys - {"learner", "version", "Config", "Model"}:
        report.add("The model has a part that XGBoost does not write.", 0)
    if not stream.ended:
        report.add("Something stands behind the end of the model.", stream.pos)
    return "xgboost_ubj"


def _kind(stream: Stream) -> str:
    return chr(stream.byte())


def _length(stream: Stream, kind: str | None = None) -> int:
    kind = kind or _kind(stream)
    if kind not in _WHOLE:
        raise Held("A length is no whole number.", stream.pos)
    length: int = _number(stream, kind)
    if not 0 <= length < 1 << 40:
        raise Held("A length is out of all proportion.", stream.pos)
    return length


def _number(stream: Stream, kind: str) -> int:
    layout = ">" + _SIZES[kind]
    return int(struct.unpack(layout, stream.read(struct.calcsize(layout)))[0])


def _object(stream: Stream, depth: int) -> set[str]:
    keys: set[str] = set()
    while (kind := _kind(stream)) != "}":
        length = _length(stream, kind)
        if length > 4096:
            raise Held("A name is too long.", stream.pos)
        key = stream.read(length).decode("utf-8", "replace")
        if key in keys:
            raise Held("A name stands twice.", stream.pos)
        if depth == 0:
            keys.add(key)
        _any(stream, _kind(stream), depth + 1)
    return keys


def _any(stream: Stream, kind: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise Held("The model is nested too deeply.", stream.pos)
    if kind == "{":
        _object(stream, depth)
    elif kind == "[":
        _array(stream, depth)
    elif kind == "S":
        stream.skip(_length(stream))
    elif kind in _SIZES:
        stream.skip(struct.calcsize(_SIZES[kind]))
    elif kind == "C":
        stream.skip(1)
    elif kind not in {"T", "F", "Z", "N"}:
        raise Held("A value is of no known kind.", stream.pos)


def _array(stream: Stream, depth: int) -> None:
    kind = _kind(stream)
    if kind == "$":
        inner = _kind(stream)
        if inner not in _SIZES or _kind(stream) != "#":
            raise Held("A typed array is of no known kind.", stream.pos)
        stream.skip(_length(stream) * struct.calcsize(_SIZES[inner]))
    elif kind == "#":
        for _ in range(_length(stream)):
            _any(stream, _kind(stream), depth + 1)
    else:
        while kind != "]":
            _any(stream, kind, depth + 1)
            kind = _kind(stream)
