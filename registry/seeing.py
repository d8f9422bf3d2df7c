"""Who sees what is restricted: one condition, used by every list and page that leads to a model or a dataset."""

from typing import Any, Literal

from django.apps import apps
from django.db.models import Q

from modelops.lib import scopes as naming
from modelops.lib.errors import NotAllowed

Kind = Literal["model", "dataset"]

SEE_RESTRICTED = "registry.view_restricted"
MANAGE_ACCESS = "registry.manage_access"
BYPASS_STEP_UP = "registry.bypass_step_up"

_VIEWS: dict[Kind, tuple[str, ...]] = {
    "model": ("registry.view_registeredmodel", "registry.view_modelversion"),
    "dataset": ("registry.view_dataset", "registry.view_datasetversion"),
}
# Permissions that are about models and datasets alike: naming a model for one of them opens no dataset.
_OF_BOTH = frozenset(
    {"registry.view_artifact", "registry.download_artifact", "registry.verify_artifact", BYPASS_STEP_UP}
)
_APPS_OF_OBJECTS = frozenset(
    {"registry", "aliases", "promotion", "variants", "signing", "uploads", "cards", "predictions", "series"}
)


def holds(user: Any, permission: str) -> bool:
    """Whether ``user`` holds ``permission`` and the API key that stands for the account, if one does, names it."""
    scopes = getattr(user, "key_scopes", None)
    if scopes is not None and not naming.everywhere(scopes, permission):
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
    prefix = f"{path}__" if path else ""
    names = named_by_key(user, kind)
    within = Q() if names is None else Q(**{f"{prefix}name__in": sorted(names)})
    if sees_restricted(user):
        return within
    grants = apps.get_model("grants", "Grant").objects.standing().held_by(user)
    # A subquery of its own is read once for the whole list: what one person is named for is a short set.
    named = grants.filter(**{f"{kind}__isnull": False}).values(kind)
    known = Q(**{f"{prefix}is_restricted": False}) | Q(**{f"{prefix}owner": user.pk}) | Q(**{f"{prefix}pk__in": named})
    return known & within


def named_by_key(user: Any, kind: Kind) -> frozenset[str] | None:
    """The models or datasets that the API key of this request reaches, by name; None where it sets no bounds.

    A key with a scope for a single object ("registry.download_artifact:delay") is confined: where the permission that
    the request makes use of is about ``kind``, to the objects that it names for this permission; elsewhere, as in the
    lineage of a version, to what it names for viewing.
    """
    scopes = getattr(user, "key_scopes", None)
    if scopes is None or not naming.is_confined(scopes):
        return None
    used = getattr(user, "key_exercises", "")
    if naming.everywhere(scopes, used):
        if _is_about(used, kind):
            return None
    elif naming.names(scopes, used):
        own = naming.objects_of(scopes, used, kind)
        if own or _is_about(used, kind) or naming.usual_kind(used) == kind:
            return own
    views = _VIEWS[kind]
    if any(naming.everywhere(scopes, view) for view in views):
        return None
    return frozenset().union(*(naming.objects_of(scopes, view, kind) for view in views))


def _is_about(permission: str, kind: Kind) -> bool:
    app = permission.partition(".")[0]
    if permission in _OF_BOTH or app == "grants":
        return True
    return app in _APPS_OF_OBJECTS and naming.usual_kind(permission) == kind


def require_named(user: Any, kind: Kind, name: str) -> None:
    """Raise NotAllowed when the API key of this request may not make a model or dataset of that name."""
    names = named_by_key(user, kind)
    if names is not None and name not in names:
        raise NotAllowed(
            f"This API key is for single models or datasets, and {name!r} is none of them. Use one of its names or "
            "another key.",
            code="scope.other_object",
        )


def sees_everything(user: Any) -> bool:
    """Whether nothing that is restricted is hidden from ``user``, by role or by the API key of this request."""
    return sees_restricted(user) and all(named_by_key(user, kind) is None for kind in _VIEWS)
