"""The texts of a channel: which there are, what may stand in them, and what they make of a message."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from modelops.lib.errors import Invalid
from monitoring.alerts.channels import Channel, Message

from .language import fault_of, fill
from .variables import VARIABLES, Told

OPENED, REPEATED, RESOLVED = "opened", "repeated", "resolved"
OCCASIONS: Final[Mapping[str, str]] = {
    OPENED: "when an alert opens, gets worse or is escalated; also the test message",
    REPEATED: "when an open alert is told again: a reminder, or the end of a snooze",
    RESOLVED: "when the alert is over",
}
LONGEST: Final[Mapping[str, int]] = {"title": 200, "body": 4000}
# Of what comes out, because values are longer than their names.
LONGEST_SENT: Final[Mapping[str, int]] = {"title": 250, "body": 8000}
_AGAIN = frozenset({"alert.again", "alert.woke"})
_DIGEST = "alert.digest"


def checked(kind: type[Channel], given: object) -> dict[str, dict[str, str]]:
    """The texts in their stored form, without empty ones; raises Invalid that names the text and the place in it."""
    if not isinstance(given, Mapping):
        raise _refuse("", "Texts are an object of occasions, each with a title and a body.")
    kept: dict[str, dict[str, str]] = {}
    for occasion, parts in given.items():
        if occasion not in OCCASIONS:
            raise _refuse(str(occasion)[:50], f"There is no such occasion; known: {', '.join(OCCASIONS)}.")
        if not isinstance(parts, Mapping):
            raise _refuse(occasion, "The texts of an occasion are an object with a title and a body.")
        for part, text in parts.items():
            where = f"{occasion}.{str(part)[:50]}"
            if part not in kind.takes_texts:
                raise _refuse(where, f"{kind.label} takes no such text; it has: {', '.join(kind.takes_texts)}.")
            if cleaned := checked_text(kind, occasion, part, text):
                kept.setdefault(occasion, {})[part] = cleaned
    return kept


def checked_text(kind: type[Channel], occasion: str, part: str, text: object) -> str:
    """One text in its stored form; raises Invalid."""
    where = f"{occasion}.{part}"
    if text is None:
        return ""
    if not isinstance(text, str):
        raise _refuse(where, "A text is text.")
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST[part]:
        raise _refuse(where, f"The {part} has {len(text):,} characters; at most {LONGEST[part]:,} are allowed.")
    allowed = "\n\t" if part == "body" else ""
    # A line break in a title could begin a second header of a mail; half a surrogate pair cannot be stored.
    if any(unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} and one not in allowed for one in text):
        what = "a control character" if part == "body" else "a line break or another control character"
        raise _refuse(where, f"The {part} holds {what}; remove it.")
    names = variables_of(kind)
    if fault := fault_of(text, names, VARIABLES.keys() - names):
        raise _refuse(where, fault[0].upper() + fault[1:])
    return text


def variables_of(kind: type[Channel]) -> list[str]:
    """The names that texts of this kind may hold."""
    return [name for name in VARIABLES if kind.variables is None or name in kind.variables]


def occasion_of(message: Message) -> str | None:
    """Which of a channel's texts a message takes; None for a digest, which tells of many alerts and not of one."""
    if message.event == _DIGEST:
        return None
    if message.is_over:
        return RESOLVED
    return REPEATED if message.event in _AGAIN else OPENED


def worded(message: Message, kind: type[Channel], texts: object, *, channel: str) -> Message:
    """The message in the channel's own words; never raises, whatever is stored as texts.

    A text that comes out empty leaves the portal's words. What names a variable that is not there any more is marked in
    the text, and the message remembers it.
    """
    occasion = occasion_of(message)
    own = texts.get(occasion) if isinstance(texts, Mapping) and occasion else None
    if not isinstance(own, Mapping) or occasion is None:
        return message
    told = Told(message, channel, occasion)
    values = {name: VARIABLES[name].value(told) for name in variables_of(kind)}
    unknown: dict[str, None] = {}
    said: dict[str, str] = {}
    for part in kind.takes_texts:
        text = own.get(part)
        if isinstance(text, str):
            filled = fill(text, values, LONGEST_SENT[part])
            unknown |= dict.fromkeys(filled.unknown)
            # One line whatever the values hold.
            said[part] = " ".join(filled.text.split()) if part == "title" else filled.text.strip()
    return replace(
        message, own_title=said.get("title", ""), own_body=said.get("body", ""), unknown_variables=tuple(unknown)
    )


def _refuse(where: str, reason: str) -> Invalid:
    return Invalid(reason, code="channel.bad_text", field=f"texts.{where}" if where else "texts")
