"""What an account may do with one model or dataset, beside what its role allows."""

from typing import Any

from modelops.lib import scopes as naming
from modelops.lib.errors import NotAllowed
from registry.models import Dataset, RegisteredModel
from registry.seeing import MANAGE_ACCESS, SEE_RESTRICTED, holds

from .models import Grant, Level

Governed = RegisteredModel | Dataset
DOWNLOAD = "registry.download_artifact"


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


def may_download(user: Any, governed: Governed) -> bool:
    """Whether ``user`` may open files of ``governed`` by the role, or by a grant that says so for this object.

    A grant gives this to who may otherwise only look; for what is restricted `require_level` says more.
    """
    scopes = getattr(user, "key_scopes", None)
    if scopes is not None and not naming.cover(scopes, DOWNLOAD, kind_of(governed), governed.name):
        return False
    return bool(user.has_perm(DOWNLOAD)) or _granted(user, governed, Level.DOWNLOAD)


def may_act(user: Any, governed: Governed, action: str) -> bool:
    """Whether ``user`` may "predict" or "explain" with a deployed model, by the role or by a grant for this object."""
    permission = f"access.{action}"
    scopes = getattr(user, "key_scopes", None)
    if scopes is not None and not naming.cover(scopes, permission, kind_of(governed), governed.name):
        return False
    if level_of(user, governed) is None:
        return False
    held = Grant.objects.standing().held_by(user).filter(**{kind_of(governed): governed}, actions__contains=[action])
    return bool(user.has_perm(permission)) or held.exists()


def require_download(user: Any, governed: Governed) -> None:
    """Raise NotAllowed unless ``user`` may open files of ``governed``."""
    if not may_download(user, governed):
        raise NotAllowed(
            f"Your role opens no files. Whoever decides on the {kind_of(governed)} {governed} can grant you "
            f"“{Level.DOWNLOAD.label}”.",
            code="permission.denied",
        )


def _granted(user: Any, governed: Governed, level: Level) -> bool:
    grants = Grant.objects.standing().held_by(user).filter(**{kind_of(governed): governed})
    found = Level.highest(list(grants.values_list("level", flat=True)))
    return found is not None and found.covers(level)


def require_level(user: Any, governed: Governed, level: Level) -> None:
    """Raise NotAllowed unless ``user`` may go as far as ``level``."""
    found = level_of(user, governed)
    if found is None or not found.covers(level):
        raise NotAllowed(
            f"The {kind_of(governed)} {governed} is restricted, and your access to it is "
            f"“{found.label if found else 'none'}”. This needs “{level.label}”: ask its owner.",
            code="access.level",
        )


REVIEW = "reviews.view_accessreview"


def require_reviewing(user: Any, governed: Governed) -> None:
    """Raise NotAllowed unless ``user`` decides who has access, or reviews access for everybody."""
    if not holds(user, REVIEW):
        require_manager(user, governed)


def require_manager(user: Any, governed: Governed) -> None:
    """Raise NotAllowed unless ``user`` decides who has access."""
    if not may_manage(user, governed):
        raise NotAllowed(
            f"Only the owner of the {kind_of(governed)} {governed} decides who has access, and whoever holds the "
            f"permission {MANAGE_ACCESS}.",
            code="access.not_manager",
        )
