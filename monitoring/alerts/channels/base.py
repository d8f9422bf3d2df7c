"""The contract of an alert channel: declared settings, one message, an answer or a reason why not."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from modelops.lib.errors import Invalid
from modelops.lib.plugins import Plugins


@dataclass(frozen=True)
class Field:
    """One setting of a kind of channel: it makes the API's validation and the portal's form."""

    name: str
    label: str
    help: str = ""
    kind: str = "text"  # text, url, address, addresses, integer, choice
    required: bool = True
    secret: bool = False
    default: str | int | None = None
    choices: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()
    max_length: int = 2048


@dataclass(frozen=True)
class Message:
    """What a channel delivers. ``delivery_id`` stays the same over retries, so that a receiver can drop repeats."""

    delivery_id: str
    event: str
    alert_id: str
    key: str
    title: str
    body: str
    severity: str
    state: str
    count: int
    opened_at: datetime
    url: str
    source_type: str = ""
    source_id: str = ""
    group: str = ""
    others: int = 0
    """How many further alerts of the group this message stands for; ``other_titles`` names some of them."""
    other_titles: tuple[str, ...] = ()
    why: str = ""
    runbook_url: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[tuple[str, str], ...] = ()
    """Words and address of what can be done from the message; each address works once."""
    own_title: str = ""
    own_body: str = ""
    """What the channel's own texts make of it; empty for the words of the portal."""
    unknown_variables: tuple[str, ...] = ()
    """Names in those texts that stand for nothing any more."""

    @property
    def is_over(self) -> bool:
        """Whether it tells of an end."""
        return self.state == "resolved"

    @property
    def headline(self) -> str:
        """The channel's own title; else the title of the alert, and how many others there are."""
        return self.own_title or (f"{self.title} and {self.others} more" if self.others else self.title)

    @property
    def graded_headline(self) -> str:
        """The channel's own title; else the headline after the severity in capitals."""
        return self.own_title or f"{self.severity.upper()}: {self.headline}"

    def lines(self) -> list[str]:
        """What there is to say besides the title, line by line, for channels that take plain text."""
        if self.own_body:
            return self.own_body.split("\n")
        found = [self.body] if self.body else []
        found += [f"{name}: {value}" for name, value in self.details.items()]
        found += [f"Also: {title}" for title in self.other_titles]
        if self.runbook_url:
            found.append(f"What to do: {self.runbook_url}")
        if self.why:
            found.append(f"Why you get this: {self.why}")
        return found


@dataclass(frozen=True)
class Receipt:
    """The receiver's answer to a message that it took."""

    code: int
    answer: str


class DeliveryFailed(Exception):
    """The message did not arrive. ``permanent`` says that trying again is of no use."""

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        code: int | None = None,
        answer: str = "",
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.code = code
        self.answer = answer
        self.retry_after_s = retry_after_s


@dataclass
class Channel(ABC):
    """A kind of channel with the settings of one row. Instances hold secrets and are never stored or shown."""

    config: Mapping[str, Any] = field(repr=False)
    allow_private: bool = False

    label: ClassVar[str]
    description: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    keeps_incidents: ClassVar[bool] = False
    """Whether the receiver keeps something open until it hears that the alert is over."""

    takes_digests: ClassVar[bool] = False
    """Whether a message of it may tell of many alerts that have nothing in common."""

    takes_texts: ClassVar[tuple[str, ...]] = ("title", "body")
    """Which texts of its own a channel of this kind may have."""

    variables: ClassVar[frozenset[str] | None] = None
    """The variables that its texts may name; None for all."""

    @abstractmethod
    def send(self, message: Message) -> Receipt:
        """Deliver the message within ten seconds or raise DeliveryFailed."""

    @abstractmethod
    def check(self) -> None:
        """Refuse settings that can never work (raises Invalid); nothing is sent."""

    @abstractmethod
    def destination(self) -> str:
        """Where it goes, in words that hold no secret: shown in lists."""

    @classmethod
    def said(cls, message: Message) -> tuple[str, str]:
        """Title and text as a receiver reads them: what a preview shows."""
        return message.headline, "\n".join(message.lines())

    def monthly_cap(self) -> int | None:
        """How many messages it may send within a month; None for any number."""
        return None

    @classmethod
    def names(cls) -> set[str]:
        """Names of all settings."""
        return {one.name for one in cls.fields}

    def secrets(self) -> list[str]:
        """Values that must not appear in any log or answer excerpt; of an address also its path, which holds tokens."""
        found = []
        for one in self.fields:
            value = self.config.get(one.name)
            if one.secret and value:
                found.append(str(value))
                if one.kind == "url":
                    found.append(urlsplit(str(value)).path)
        return found


channels: Plugins[Channel] = Plugins("alert channel", Channel)  # type: ignore[type-abstract]


def refuse(field_name: str, message: str) -> Invalid:
    """An Invalid for one setting of a channel, ready to raise."""
    return Invalid(message, code="channel.invalid", field=f"config.{field_name}")
