"""Whether a text names a person, and the text without them. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ..providers import Subject

ERASED: Final = "[erased]"
SHORTEST_WORD: Final = 6
"""A shorter reference ("anna", "4711") is a word of other texts too: it counts where it is the whole text alone."""


@dataclass(frozen=True, slots=True)
class Words:
    """The names of a person, as they stand in texts."""

    names: tuple[str, ...]
    within: re.Pattern[str] | None

    @classmethod
    def of(cls, subject: Subject) -> "Words":
        """The address and the reference; inside of longer texts as a word of its own, whatever its case."""
        names = tuple(dict.fromkeys(name for name in (subject.email, subject.ref) if name))
        long = sorted((name for name in names if "@" in name or len(name) >= SHORTEST_WORD), key=len, reverse=True)
        if not long:
            return cls(names, None)
        # "zaphod@example.org" is not in "bezaphod@example.org" nor in "zaphod@example.org.uk".
        within = rf"(?<![\w@.+-])(?:{'|'.join(map(re.escape, long))})(?![\w@-]|\.\w)"
        return cls(names, re.compile(within, re.IGNORECASE))

    def are_in(self, value: Any) -> bool:
        """Whether any text of ``value`` (text, or JSON of any depth) names the person."""
        return any(self._names(text) for text in texts_of(value))

    def taken_out(self, value: Any) -> Any:
        """The same value with ``[erased]`` in place of each name."""
        if isinstance(value, str):
            if self._is_name(value):
                return ERASED
            return self.within.sub(ERASED, value) if self.within else value
        if isinstance(value, dict):
            kept: dict[str, Any] = {}
            for key, held in value.items():
                name = self.taken_out(key)
                while name in kept:  # two keys with the name of one person
                    name += "'"
                kept[name] = self.taken_out(held)
            return kept
        if isinstance(value, list):
            return [self.taken_out(held) for held in value]
        return value

    def _is_name(self, text: str) -> bool:
        return text.strip().casefold() in {name.casefold() for name in self.names}

    def _names(self, text: str) -> bool:
        return self._is_name(text) or (self.within is not None and self.within.search(text) is not None)


def texts_of(value: Any) -> Iterator[str]:
    """Every text within a value, keys of objects too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, held in value.items():
            yield key
            yield from texts_of(held)
    elif isinstance(value, list):
        for held in value:
            yield from texts_of(held)
