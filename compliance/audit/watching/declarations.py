"""What apps say of their tables. Pure: the models are looked up when triggers and grants are made."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Access = Literal["rows", "append_only", "sealed"]


@dataclass(frozen=True)
class Watch:
    """Changes of these columns past the services make a row of the ledger.

    ``shown`` columns stand in it with their values before and after; ``masked`` ones (secrets, and what could name a
    person) only as "changed". ``recorded_about`` are further types of objects whose own rows in the same transaction
    account for the change; the model itself and what it points to always count.
    """

    label: str
    shown: tuple[str, ...]
    masked: tuple[str, ...]
    recorded_about: tuple[str, ...]


class Undeclarable(ValueError):
    """A second declaration for a model, or one without a reason."""


watches: Final[dict[str, Watch]] = {}
exemptions: Final[dict[str, str]] = {}
access: Final[dict[str, Access]] = {}
functions: Final[list[str]] = []


def watch(label: str, *shown: str, masked: Iterable[str] = (), recorded_about: Iterable[str] = ()) -> None:
    """Have the database watch columns of a model ("app.Model"; for the table of a many-to-many "app.Model.field")."""
    found = Watch(label, shown, tuple(masked), tuple(recorded_about))
    _refuse_second(label, watches.get(label) == found)
    if not (shown or found.masked):
        raise Undeclarable(f"{label}: name the columns to watch.")
    watches[label] = found


def exempt(reason: str, *labels: str) -> None:
    """Leave models unwatched, and say why."""
    if not reason.strip():
        raise Undeclarable(f"{', '.join(labels)}: say why nobody watches.")
    for label in labels:
        _refuse_second(label, exemptions.get(label) == reason)
        exemptions[label] = reason


def append_only(*labels: str) -> None:
    """Tables to which the application only adds: it may neither change nor remove a row."""
    _give(labels, "append_only")


def sealed(*labels: str) -> None:
    """Tables that the sealer alone writes; the application reads them."""
    _give(labels, "sealed")


def callable_by_application(*signatures: str) -> None:
    """Functions with the owner's rights that the application may call: "predictions_make_months(integer)"."""
    functions.extend(signature for signature in signatures if signature not in functions)


def declared() -> set[str]:
    """The labels of all models that something is said of."""
    return watches.keys() | exemptions.keys() | access.keys()


def _give(labels: Iterable[str], kind: Access) -> None:
    for label in labels:
        _refuse_second(label, access.get(label) == kind)
        access[label] = kind


def _refuse_second(label: str, same: bool) -> None:
    if label in declared() and not same:
        raise Undeclarable(f"{label} is declared twice.")
