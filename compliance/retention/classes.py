"""The contract by which each app says how long its data lives.

An app declares its classes in ``lifecycle.py``, which is found by name at start. A system check asks every model of
every app for exactly one class, so that a new table cannot be kept for ever by oversight.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

from compliance.audit import Actor
from modelops.lib.plugins import Plugins


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
