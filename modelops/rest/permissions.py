"""Who may call what: each view declares a permission per method; what is not declared is denied."""

from collections.abc import Mapping
from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from modelops.lib.scopes import names

# For views that any signed-in caller may use.
SIGNED_IN = "signed-in"


class OrGranted(str):
    """A permission that a grant may give for one object: the gate of the view decides once the object is known."""

    __slots__ = ()


class DeclaredPermission(BasePermission):
    """Checks ``view.required_permissions[method]`` against the account and, for API keys, against the key's scopes."""

    message = "You may not do this. The needed permission is missing from your role or from the API key's scopes."

    def has_permission(self, request: Request, view: Any) -> bool:
        declared: Mapping[str, str] = getattr(view, "required_permissions", {})
        method = "GET" if request.method in {"HEAD", "OPTIONS"} else str(request.method)
        needed = declared.get(method)
        name = method.lower()
        if name not in view.http_method_names or not hasattr(view, name):
            return True  # the view answers 405
        if needed is None or not request.user or not request.user.is_authenticated:
            return False
        # Which objects a credential reaches that names some depends on what it is used for.
        request.user.key_exercises = needed
        return needed == SIGNED_IN or allows(request, needed)


def allows(request: Request, permission: str) -> bool:
    """Whether the account behind ``request`` holds ``permission`` and its API key, if it came with one, names it.

    Of a permission that grants may give, only what the key says is known here.
    """
    scopes = getattr(request.auth, "scopes", None)
    if scopes is not None and not names(scopes, permission):
        return False
    return isinstance(permission, OrGranted) or bool(request.user.has_perm(permission))
