"""The classes of data whose period people decide, with what each starts with after the installation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from modelops.lib.errors import Invalid

DELETE, ANONYMISE, ARCHIVE = "delete", "anonymise", "archive"


@dataclass(frozen=True, slots=True)
class DataClass:
    """``actions`` are what can be done with the class when its time is over; the first is the default.

    ``least_days`` is the shortest period that anybody can choose; ``archive_days`` is how long what was archived is
    kept after that.
    """

    key: str
    label: str
    days: int
    basis: str
    actions: tuple[str, ...]
    least_days: int = 1
    archive_days: int | None = None

    @property
    def action(self) -> str:
        return self.actions[0]


_KNOWN: Final = {
    one.key: one
    for one in (
        DataClass(
            "profile",
            "Profiles of people",
            2555,
            "Claims from the employment or contract can be raised for so long (GDPR Art. 17(3)(e)).",
            (ANONYMISE,),
            least_days=30,
        ),
        DataClass(
            "predictions",
            "Predictions and their labels",
            1095,
            "Decisions can be contested and models watched (GDPR Art. 6(1)(f), Art. 22).",
            (DELETE,),
            least_days=31,
        ),
        DataClass(
            "training_data",
            "Training data",
            1825,
            "What a model was trained on can be proven while it is in use (GDPR Art. 5(2)).",
            (ARCHIVE, DELETE),
            least_days=30,
            archive_days=1825,
        ),
        DataClass(
            "logs",
            "Logs",
            365,
            "Incidents can be investigated for a year (GDPR Art. 32, Art. 5(2)).",
            (DELETE,),
            least_days=365,
        ),
        DataClass("other", "Everything else that runs out", 365, "No longer needed (GDPR Art. 5(1)(e)).", (DELETE,)),
    )
}


def data_classes() -> Iterator[DataClass]:
    """All of them, in the order in which people read them."""
    yield from _KNOWN.values()


def data_class(key: str) -> DataClass:
    """The class called ``key``. Raises Invalid: an unknown class is a mistake, and no year is assumed for it."""
    if key not in _KNOWN:
        raise Invalid(
            f"There is no data class {key!r}; known are {', '.join(_KNOWN)}.",
            code="retention.unknown_class",
            field="data_class",
        )
    return _KNOWN[key]
