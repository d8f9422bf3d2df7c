"""Which rows an export holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from modelops.lib.errors import Invalid
from modelops.lib.ids import first_id_at

from ..events import Category, event_classes
from ..models import AuditEvent, Outcome
from ..searching import Search, matching
from .period import CLOCKS_APART, Period, moment, told

# What can be asked for, by the names of the REST interface and the command, and how they explain it.
NAMES: Final = {
    "from": "the first moment, inclusive: a date (its midnight in UTC) or a time with its zone",
    "to": "the moment before which, exclusive",
    "category": "security, data, model, system or privacy",
    "actor": "an account's id, or kind:id",
    "object": "an object's id, or type:id",
    "action": "an action, as registry.model.registered",
    "outcome": "success, denied or failure",
}
LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Selection:
    """Empty texts select everything. ``actor`` and ``object`` are ids, or a kind or type and an id with a colon."""

    period: Period = field(default_factory=Period)
    category: str = ""
    actor: str = ""
    object: str = ""
    action: str = ""
    outcome: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every row is selected."""
        return self == Selection()

    @property
    def asked(self) -> dict[str, str]:
        """What was asked for, by the names of `read_selection`."""
        told_as = {"from": told(self.period.since), "to": told(self.period.until)}
        told_as |= {name: getattr(self, name) for name in NAMES if name not in told_as}
        return {name: value for name, value in told_as.items() if value}

    def describe(self) -> str:
        """The same in words, for the ledger: which fields were asked for, and whom or what they name.

        Somebody may have typed the name of a person. An actor or object that no row names is told as unknown: the
        ledger keeps for ever what it is told.
        """
        asked = self.asked
        (actor_kind, actor), (target_type, target_id) = _parted(self.actor), _parted(self.object)
        for name, search in (
            ("actor", Search(actor_kind=actor_kind, actor=actor)),
            ("object", Search(target_type=target_type, target_id=target_id)),
        ):
            if name in asked and not matching(AuditEvent.objects.all(), search).exists():
                asked[name] = "unknown"
        return ", ".join(f"{name} {value}" for name, value in asked.items()) or "all rows"

    def conditions(self) -> tuple[str, list[Any]]:
        """An SQL condition over ``e``, and its parameters."""
        parts: list[str] = []
        given: list[Any] = []

        def add(part: str, *values: Any) -> None:
            parts.append(part)
            given.extend(values)

        if self.period.since:
            add("e.recorded_at >= %s AND e.id >= %s", self.period.since, first_id_at(self.period.since, -CLOCKS_APART))
        if self.period.until:
            add("e.recorded_at < %s AND e.id < %s", self.period.until, first_id_at(self.period.until, CLOCKS_APART))
        for name, column in (("category", "category"), ("action", "name"), ("outcome", "outcome")):
            if value := getattr(self, name):
                add(f"e.{column} = %s", value)
        for value, kind, ref in ((self.actor, "actor_kind", "actor_ref"), (self.object, "target_type", "target_id")):
            first, colon, rest = value.partition(":")
            if colon:
                add(f"e.{kind} = %s AND e.{ref} = %s", first, rest)
            elif value:
                add(f"e.{ref} = %s", value)
        return " AND ".join(parts) or "TRUE", given


def read_selection(given: Mapping[str, str]) -> Selection:
    """The selection that texts name (`NAMES`). Raises Invalid that names the field."""
    texts = {name: str(given.get(name) or "").strip() for name in NAMES}
    for name, text in texts.items():
        if len(text) > LONGEST or any(ord(letter) < 32 for letter in text):
            raise Invalid(
                f"{name} is longer than {LONGEST} characters or holds a control character.",
                code="selection.unreadable",
                field=name,
            )
    _one_of("category", texts["category"], get_args(Category))
    _one_of("outcome", texts["outcome"], Outcome.values)
    if texts["action"] and texts["action"] not in event_classes():
        raise Invalid(
            f"There is no event {texts['action'][:100]!r}. The list of events is in docs/reference.",
            code="event.unknown",
            field="action",
        )
    period = Period(moment(texts.pop("from"), "from"), moment(texts.pop("to"), "to"))
    return Selection(period=period, **texts)


def _parted(value: str) -> tuple[str, str]:
    """Kind and reference; the kind is empty where only a reference is given."""
    first, colon, rest = value.partition(":")
    return (first, rest) if colon else ("", first)


def _one_of(name: str, value: str, known: Any) -> None:
    if value and value not in known:
        raise Invalid(
            f"The {name} {value[:40]!r} is unknown; it is one of {', '.join(known)}.",
            code="selection.unknown",
            field=name,
        )
