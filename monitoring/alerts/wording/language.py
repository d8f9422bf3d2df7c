"""Texts with placeholders: ``{name}``, ``{name|what stands there instead}``, and ``{{`` and ``}}`` for braces.

A name is looked up in a table and nothing else: no attributes, no calls, no formats. Reading a text never fails, so
that one that was stored long ago still sends; what is wrong with it is said where it is written.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Each alternative takes at least one character and none can match in two ways: the time is linear in the text.
_TOKEN = re.compile(r"\{\{|\}\}|\{[^{}\n]*\}|[{}]|[^{}]+")
LONGEST_NAME_SHOWN = 40


@dataclass(frozen=True)
class Placeholder:
    """Where a variable stands in a text; ``at`` is the position of its opening brace."""

    name: str
    instead: str
    at: int


@dataclass(frozen=True)
class Fault:
    """A brace that belongs to nothing."""

    written: str
    at: int


@dataclass(frozen=True)
class Filled:
    """A text with its values, and the names that stood for nothing."""

    text: str
    unknown: tuple[str, ...] = ()


def parse(text: str) -> list[str | Placeholder | Fault]:
    """The parts of a text in their order; never raises.

    >>> parse("{{x}} is {alert.title|nothing}")
    ['{', 'x', '}', ' is ', Placeholder(name='alert.title', instead='nothing', at=9)]
    """
    parts: list[str | Placeholder | Fault] = []
    for found in _TOKEN.finditer(text):
        token = found.group()
        if token in {"{{", "}}"}:
            parts.append(token[0])
        elif token in {"{", "}"}:
            parts.append(Fault(token, found.start()))
        elif token.startswith("{"):
            name, _, instead = token[1:-1].partition("|")
            parts.append(Placeholder(name.strip(), instead.strip(), found.start()))
        else:
            parts.append(token)
    return parts


def fault_of(text: str, known: Iterable[str], not_here: Iterable[str] = ()) -> str | None:
    """What is wrong with a text, with its place; None when it can be sent as it is.

    ``not_here`` are variables that there are, but not for this kind of channel.
    """
    known = list(known)
    for part in parse(text):
        if isinstance(part, Fault):
            said = "is not closed" if part.written == "{" else "closes nothing"
            return f"{place(text, part.at)}: the brace {said}. For a brace itself write it twice."
        if isinstance(part, Placeholder) and part.name not in known:
            where, name = place(text, part.at), _short(part.name)
            if part.name in not_here:
                return f"{where}: this kind of channel does not send {{{name}}}."
            (nearest,) = difflib.get_close_matches(_short(part.name), known, n=1, cutoff=0.0)
            return (
                f"{where}: there is no variable {{{name}}}; the nearest is {{{nearest}}}. For braces write {{{{ }}}}."
            )
    return None


def fill(text: str, values: Mapping[str, str], limit: int) -> Filled:
    """The text with its values, at most ``limit`` characters; never raises.

    What stands for nothing is marked where it stands. Values are not read again: a brace in them is a brace.
    """
    made: list[str] = []
    unknown: dict[str, None] = {}
    length = 0
    for part in parse(text):
        if length > limit:
            break
        if isinstance(part, Placeholder):
            if part.name in values:
                piece = values[part.name] or part.instead
            else:
                unknown[_short(part.name)] = None
                piece = f"[unknown: {_short(part.name)}]"
        else:
            piece = part.written if isinstance(part, Fault) else part
        made.append(piece)
        length += len(piece)
    said = "".join(made)
    return Filled(said if len(said) <= limit else said[: limit - 1] + "…", tuple(unknown))


def place(text: str, at: int) -> str:
    """A position as people count.

    >>> place("one\\ntwo {x}", 8)
    'line 2, character 5'
    """
    before = text[:at]
    return f"line {before.count(chr(10)) + 1}, character {at - (before.rfind(chr(10)) + 1) + 1}"


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME_SHOWN else name[: LONGEST_NAME_SHOWN - 1] + "…"
