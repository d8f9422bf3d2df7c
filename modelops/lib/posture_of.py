"""Posture of one thing, a model or a pipeline: checks that look at many at once, told by the apps that know of them.

An app declares its checks in its ``posture_of.py``, found by name. Each check is worth one point, so that a score is
a sum that anybody can do again: what holds, of what applies.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from .posture import Severity


@dataclass(frozen=True, slots=True)
class Standing:
    """What a look has shown of one thing. ``holds`` is None where the check does not apply to it.

    ``evidence`` says in words what was counted, ``url`` leads to the rows; ``since`` is when it stopped holding, where
    the rows tell.
    """

    holds: bool | None
    evidence: str
    fix: str = ""
    url: str = ""
    since: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One thing of a kind, as its page calls it."""

    pk: UUID
    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class KindOf:
    """``find`` gives what a person may see by its name; ``everything`` is what the clock looks at."""

    label: str
    find: Callable[[Any, str], Found | None]
    everything: Callable[[], Iterable[UUID]]


Look = Callable[[Sequence[UUID]], Mapping[UUID, Standing]]


@dataclass(frozen=True, slots=True)
class CheckOf:
    """``look`` answers for every id that it is given; one that it leaves out does not apply.

    ``fix`` says in one sentence what to do where it does not hold.
    """

    kind: str
    key: str
    label: str
    fix: str
    severity: Severity
    look: Look


_kinds: dict[str, KindOf] = {}
_checks: dict[tuple[str, str], CheckOf] = {}


def kind_of(name: str, kind: KindOf) -> None:
    """Declare a kind of thing: "models"."""
    if _kinds.get(name, kind) != kind:
        raise ValueError(f"The kind {name!r} is declared twice.")
    _kinds[name] = kind


def known_kind(name: str) -> KindOf:
    """The kind of that name."""
    return _kinds[name]


def kinds() -> list[str]:
    """Names of all kinds."""
    return sorted(_kinds)


def check_of(kind: str, key: str, *, label: str, fix: str, severity: Severity = "warning") -> Callable[[Look], Look]:
    """Decorator: the function looks whether ``key`` ("signed") holds for things of ``kind``."""

    def add(look: Look) -> Look:
        if (kind, key) in _checks:
            raise ValueError(f"The check {key!r} of {kind} is declared twice.")
        _checks[kind, key] = CheckOf(kind, key, label, fix, severity, look)
        return look

    return add


def checks_of(kind: str) -> Iterator[CheckOf]:
    """All checks of a kind, by key."""
    yield from (check for (of, _), check in sorted(_checks.items()) if of == kind)
