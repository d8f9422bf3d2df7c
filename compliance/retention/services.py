"""Applying the rules."""

from dataclasses import dataclass

from django.db import transaction

from compliance.audit import Actor, record

from .audit_events import RETENTION_APPLIED
from .classes import classes


@dataclass(frozen=True)
class Applied:
    """What one class had to remove, and how much of it was removed."""

    key: str
    label: str
    rule: str
    due: int
    removed: int


def apply_retention(*, actor: Actor, execute: bool) -> list[Applied]:
    """Look at every data class and, with ``execute``, remove what is due and record it class by class."""
    return [apply_class(key, actor=actor, execute=execute) for key, _ in classes.items()]


def apply_class(key: str, *, actor: Actor, execute: bool) -> Applied:
    """Look at one data class and, with ``execute``, remove what is due and record it."""
    cls = dict(classes.items())[key]
    handler = cls()
    due = handler.due()
    removed = 0
    if execute and due:
        removed = handler.remove(actor=actor)
        with transaction.atomic():
            record(RETENTION_APPLIED, ("retention.class", key), actor=actor, data_class=key, removed=removed)
    return Applied(key, cls.label, cls.rule, due, removed)
