"""What stands on the simulated stack. Strings, numbers and bytes stand for themselves while they are short."""

from typing import Any, NamedTuple

from .opcodes import Opaque

LIST, SET, DENIED, LONG_TUPLE, OBJECT = (Opaque(kind) for kind in ("list", "set", "denied", "tuple", "object"))

KEPT_ITEMS = 64


class Name(NamedTuple):
    """A class or function by its module and name; ``use`` is empty where it is not allowed."""

    module: str
    name: str
    use: str

    @property
    def pair(self) -> tuple[str, str]:
        return self.module, self.name

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Made:
    """What an allowed class or function gave."""

    __slots__ = ("arguments", "name", "state")

    def __init__(self, name: Name, arguments: Any = ()) -> None:
        self.name, self.arguments, self.state = name, arguments, None

    @property
    def pair(self) -> tuple[str, str]:
        return self.name.pair


class Mapping:
    """A dict, with its first short keys."""

    __slots__ = ("items", "lost")

    def __init__(self) -> None:
        self.items: dict[str, Any] = {}
        self.lost = False

    def put(self, key: Any, value: Any) -> None:
        """Keep what may be asked for later; the rest only makes the mapping incomplete."""
        if isinstance(key, str) and (len(self.items) < KEPT_ITEMS or key in self.items):
            self.items[key] = value
        else:
            self.lost = True


def items_of(value: Any) -> tuple[Any, ...] | None:
    """The items of a tuple that was kept; None for anything else. (A name is a tuple too, and none here.)"""
    return value if isinstance(value, tuple) and not isinstance(value, Name) else None


def is_count(value: Any) -> bool:
    """A whole number that counts something."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 48
