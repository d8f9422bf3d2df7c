"""One act that puts the findings of a control right, for a button beside them.

Only where one honest act is enough: what needs a person's decision for each finding has no button.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Perform = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Remedy:
    """``perform(by, actor=)`` does it for an account that has ``permission``, and returns what to tell the person."""

    control: str
    slug: str
    label: str
    effect: str
    permission: str
    perform: Perform


_remedies: dict[str, Remedy] = {}


def remedy(control: str, slug: str, *, label: str, effect: str, permission: str) -> Callable[[Perform], Perform]:
    """Decorator: the function puts right what ``control`` finds. ``effect`` says what will happen, before it does."""

    def add(perform: Perform) -> Perform:
        if control in _remedies or any(one.slug == slug for one in _remedies.values()):
            raise ValueError(f"The remedy {slug!r} of {control!r} is declared twice.")
        _remedies[control] = Remedy(control, slug, label, effect, permission, perform)
        return perform

    return add


def remedies() -> Iterator[Remedy]:
    """All of them, by control."""
    yield from sorted(_remedies.values(), key=lambda one: one.control)


def remedies_for(user: Any) -> dict[str, Remedy]:
    """Those that ``user`` may use, by control."""
    return {one.control: one for one in remedies() if user.has_perm(one.permission)}
