"""Who sees what is restricted: one condition, used by every list and page that leads to a model or a dataset."""

from typing import Any, Literal

from django.apps import apps
from django.db.models import Q

Kind = Literal["model", "dataset"]

SEE_RESTRICTED = "registry.view_restricted"
MANAGE_ACCESS = "registry.manage_access"


def holds(user: Any, permission: str) -> bool:
    """Whether ``user`` holds ``permission`` and the API key that stands for the account, if one does, names it."""
    scopes = getattr(user, "key_scopes", None)
    if scopes is not None and "all" not in scopes and permission not in scopes:
        return False
    return bool(user.has_perm(permission))


def sees_restricted(user: Any) -> bool:
    """Whether ``user`` sees restricted models and datasets without being named."""
    return holds(user, SEE_RESTRICTED) or holds(user, MANAGE_ACCESS)


def open_to(user: Any, kind: Kind, path: str = "") -> Q:
    """The condition under which ``user`` may know of a row whose model or dataset stands at ``path``.

    An empty path is the row itself. What is not restricted is open to everybody whose role lets them view it; the
    rest to its owner and to who is named, in person or through a group, until the grant expires.
    """
    if sees_restricted(user):
        return Q()
    prefix = f"{path}__" if path else ""
    grants = apps.get_model("grants", "Grant").objects.standing().held_by(user)
    # A subquery of its own is read once for the whole list: what one person is named for is a short set.
    named = grants.filter(**{f"{kind}__isnull": False}).values(kind)
    return Q(**{f"{prefix}is_restricted": False}) | Q(**{f"{prefix}owner": user.pk}) | Q(**{f"{prefix}pk__in": named})
