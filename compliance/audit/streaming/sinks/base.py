"""What every kind of receiver does: take a batch whole, or say why not."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from modelops.lib.errors import Invalid
from modelops.lib.plugins import Plugins

from ...vocabulary.words import Leaf


class NotTaken(Exception):
    """The receiver did not take the batch; the reason holds no secret and none of the receiver's own words."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows from ``first`` to before ``end``, each as its leaf (None for one that is gone) and as a line of JSON."""

    receiver: str
    form: str
    first: int
    end: int
    leaves: list[Leaf | None]
    lines: list[str]

    @property
    def key(self) -> str:
        """The same for the same rows to the same receiver, whenever they are sent."""
        return f"{self.receiver}-{self.first}-{self.end - 1}"

    @property
    def body(self) -> bytes:
        """All lines, each with its end."""
        return "".join(f"{line}\n" for line in self.lines).encode()


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of a kind. A secret one is sealed; a kind has one at most."""

    name: str
    label: str
    help: str = ""
    is_required: bool = True
    is_secret: bool = False
    default: str = ""
    most: int = 500


class Sink(ABC):
    """One kind. ``options`` are texts by name; ``secret`` is open while a batch is sent."""

    label: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]

    def __init__(self, options: Mapping[str, str], secret: str = "", *, name: str = "") -> None:
        self.options, self.secret, self.name = options, secret, name

    @abstractmethod
    def check(self) -> None:
        """Raise Invalid for settings that can never work; nothing is sent."""

    @abstractmethod
    def send(self, batch: Batch) -> None:
        """Return once the receiver has taken the whole batch; a batch that comes again must do no harm.

        Raises NotTaken.
        """

    @abstractmethod
    def where(self) -> str:
        """Where it leads, for people; no secret."""


sinks: Plugins[Sink] = Plugins("kind of receiver", Sink)


def cleaned(kind: type[Sink], given: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """Options and secret of a kind from what was typed. Raises Invalid that names the field."""
    options: dict[str, str] = {}
    secret = ""
    for one in kind.fields:
        value = str(given.get(one.name) or "").strip() or one.default
        if one.is_required and not value:
            raise Invalid(f"{one.label} is missing. {one.help}".strip(), code="receiver.setting", field=one.name)
        if len(value) > one.most or any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
            raise Invalid(
                f"{one.label} is longer than {one.most} characters or holds a control character.",
                code="receiver.setting",
                field=one.name,
            )
        if one.is_secret:
            secret = value
        elif value:
            options[one.name] = value
    return options, secret
