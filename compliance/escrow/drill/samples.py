"""What a drill opens beside keys and columns: an app above names it in its ``drill_samples.py``, found by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """``open`` opens one thing in full and compares it with what its row says.

    It gives a line about what it opened, or None when the database holds nothing of the kind. It raises DomainError
    when the thing does not open.
    """

    label: str
    open: Callable[[], str | None]


_samples: dict[str, Sample] = {}


def drill_sample(label: str) -> Callable[[Callable[[], str | None]], Callable[[], str | None]]:
    """Decorator: let every drill open what the function opens."""

    def add(function: Callable[[], str | None]) -> Callable[[], str | None]:
        if label in _samples:
            raise ValueError(f"The drill opens {label!r} already.")
        _samples[label] = Sample(label, function)
        return function

    return add


def samples() -> Iterator[Sample]:
    """Everything that a drill opens, by name."""
    yield from (_samples[label] for label in sorted(_samples))
