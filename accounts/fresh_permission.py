"""The table of sensitive acts for callers of the API who come with a key or a token instead of a session."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.fresh_acts import asked_at, keys_do, needs_fresh_factor
from accounts.models import ApiKey
from accounts.services.step_up import require_fresh_factor


class FreshFactorShown(BasePermission):
    """Asks whoever comes with a key or token for a fresh second factor; browsers meet `FreshFactorMiddleware`.

    It stands behind the declared permission, so that who may not do something is not asked for a code first, and
    before `IdempotentPost`: an answer that was kept is not given out without a factor either.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or raises what `require_fresh_factor` raises."""
        match = request._request.resolver_match
        if request.auth is None or match is None or not hasattr(view, str(request.method).lower()):
            return True  # a session, or a method that the view answers with 405
        method = str(request.method)
        if isinstance(request.auth, ApiKey) and keys_do(match.route, method):
            return True
        if needs_fresh_factor(match.route, method):
            require_fresh_factor(request, keys_may_ask=True)
        return True

    @staticmethod
    def told(path: str, method: str) -> str:
        """What the OpenAPI document says of an operation that is asked for a factor; empty for any other."""
        if not asked_at(path, method):
            return ""
        return (
            "Or a fresh second factor is needed (step_up.required): a person who signed in to the API sends a code in "
            "the header X-Step-Up-Code; whose key it is confirms on the page of challenge_url. Services get 403."
        )
