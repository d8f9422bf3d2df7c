"""The contract by which each app says how long its data lives.

An app declares its classes in ``lifecycle.py``, which is found by name at start. A system check asks every model of
every app for exactly one class, so that a new table cannot be kept for ever by oversight.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

from compliance.audit import Actor
from modelops.lib.plugins import Plugins

from .installed import policy_of


class Lifecycle(ABC):
    """One class of data: which models (and files) it has, the rule in words, and the handler that removes what is due.

    ``covers`` holds model labels ("accounts.Session"). `remove` must be safe to run twice and at any time.
    """

    label: ClassVar[str]
    rule: ClassVar[str]
    covers: ClassVar[frozenset[str]]

    @abstractmethod
    def due(self) -> int:
        """How many rows or files the rule would remove now."""

    @abstractmethod
    def remove(self, *, actor: Actor) -> int:
        """Remove what is due; returns how many."""


class Governed(Lifecycle):
    """A class whose period, action and hold stand in the policy ``policy``, which people change by two."""

    policy: ClassVar[str]

    @abstractmethod
    def due_after(self, days: int) -> int:
        """How many rows would be past their date if the period were ``days``."""

    @abstractmethod
    def remove_after(self, days: int, action: str, archive_days: int | None, *, actor: Actor) -> int:
        """Do ``action`` with what is older than ``days``; returns with how many."""

    def due(self) -> int:
        row = policy_of(self.policy)
        return 0 if row.held_at is not None else self.due_after(row.days)

    def remove(self, *, actor: Actor) -> int:
        row = policy_of(self.policy)
        if row.held_at is not None:
            return 0
        return self.remove_after(row.days, row.action, row.archive_days, actor=actor)


class Kept(Lifecycle):
    """Data that no rule removes; the rule says why."""

    def due(self) -> int:
        return 0

    def remove(self, *, actor: Actor) -> int:
        return 0


classes: Plugins[Lifecycle] = Plugins("data class", Lifecycle)  # type: ignore[type-abstract]  # only subclasses are made


def keep(key: str, label: str, rule: str, *covers: str) -> None:
    """Declare a class that is kept, and why."""
    classes.register(key)(type(f"Kept_{key}", (Kept,), {"label": label, "rule": rule, "covers": frozenset(covers)}))


def governed_by(policy: str) -> list[Governed]:
    """The classes whose period the policy decides."""
    return [cls() for _, cls in classes.items() if issubclass(cls, Governed) and cls.policy == policy]
