"""What an account may do with one model or dataset, beside what its role allows."""

from typing import Any

from modelops.lib.errors import NotAllowed
from registry.models import Dataset, RegisteredModel
from registry.seeing import MANAGE_ACCESS, SEE_RESTRICTED, holds

from .models import Grant, Level

Governed = RegisteredModel | Dataset


def kind_of(governed: Governed) -> str:
    """ "model" or "dataset"."""
    return "model" if isinstance(governed, RegisteredModel) else "dataset"


def may_manage(user: Any, governed: Governed) -> bool:
    """Whether ``user`` decides who has access: the owner, and whoever manages all access."""
    return bool(user.is_authenticated and (governed.owner_id == user.pk or holds(user, MANAGE_ACCESS)))


def level_of(user: Any, governed: Governed) -> Level | None:
    """How far ``user`` may go with ``governed``; None for not at all. The role may allow less, never more."""
    if not governed.is_restricted or may_manage(user, governed):
        return Level.EDIT
    levels = list(
        Grant.objects.standing().held_by(user).filter(**{kind_of(governed): governed}).values_list("level", flat=True)
    )
    if holds(user, SEE_RESTRICTED):
        levels.append(Level.VIEW.value)
    return Level.highest(levels)


def require_level(user: Any, governed: Governed, level: Level) -> None:
    """Raise NotAllowed unless ``user`` may go as far as ``level``."""
    found = level_of(user, governed)
    if found is None or not found.covers(level):
        raise NotAllowed(
            f"The {kind_of(governed)} {governed} is restricted, and your access to it is "
            f"“{found.label if found else 'none'}”. This needs “{level.label}”: ask its owner.",
            code="access.level",
        )


def require_manager(user: Any, governed: Governed) -> None:
    """Raise NotAllowed unless ``user`` decides who has access."""
    if not may_manage(user, governed):
        raise NotAllowed(
            f"Only the owner of the {kind_of(governed)} {governed} decides who has access, and whoever holds the "
            f"permission {MANAGE_ACCESS}.",
            code="access.not_manager",
        )
