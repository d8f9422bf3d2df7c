"""Where the values come from that rules watch: one class for each kind of series, found by its key.

An app adds a kind by registering a class here from a module of its own, as channels are added.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from modelops.lib.errors import Invalid
from modelops.lib.plugins import Plugins
from monitoring.alerts.channels.base import Field

MOST_POINTS = 1000
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a series."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """One series that is asked for, and since when."""

    params: Params
    since: datetime


class SeriesSource(ABC):
    """A kind of series. Only what everybody may know of is read: a rule's alert reaches whoever reads alerts."""

    label: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]

    @classmethod
    @abstractmethod
    def read(cls, wanted: Sequence[Wanted]) -> list[list[Value] | None]:
        """For each its values later than ``since``, oldest first, at most a thousand; None where the series is gone.

        Many series are read with few statements: ten thousand rules are looked at together.
        """


sources: Plugins[SeriesSource] = Plugins("kind of series", SeriesSource)  # type: ignore[type-abstract]


def source_of(key: object) -> type[SeriesSource]:
    """The class of a kind of series; raises Invalid with the known kinds."""
    if not isinstance(key, str) or key not in sources:
        raise Invalid(
            f"There is no such kind of series; known kinds: {', '.join(sources.keys())}.",
            code="rule.unknown_series",
            field="series",
        )
    return sources.get(key)
