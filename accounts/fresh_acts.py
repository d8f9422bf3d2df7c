"""What may be done only with a second factor that was shown within five minutes.

One table for every room: keys and their approvals, keys that signatures are trusted by, people and roles, subject
requests and their bundles, stored secrets, receivers and alert channels with theirs. Browsers are asked by the
middleware below, callers of the API with a key or a token by `fresh_permission`; docs/reference/step-up.md says who can
show what. A room may ask by itself as well (`require_fresh_factor`).
"""

import re
from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from accounts import kept_forms
from accounts.errors import StepUpRequired
from accounts.services.step_up import require_fresh_factor
from accounts.sessions.signing_in import safe_next
from modelops.lib.errors import DomainError
from modelops.rest.middleware import DomainErrorMiddleware

_SAFE: Final = {"GET", "HEAD", "OPTIONS"}
# Changing anything here. Routes, as the URL configuration writes them.
CHANGES: Final = (
    "admin/accounts/",
    "admin/audit_streaming/receiver",
    "admin/auth/",
    "admin/crypto/",
    "admin/detections/threshold/",
    "admin/escrow/",
    "admin/keys/",
    "admin/posture/fix/",
    "admin/promotion/",
    "admin/scanning/inspection/<uuid:pk>/open/",
    "admin/secret_store/",
    "admin/signing/trustedkey/",
    "admin/subjects/",
    "admin/workload/",
    "alerts/channels/",
    "api/v1/alert-channels/",
    "api/v1/key-requests/",
    "api/v1/key-rotations/",
    "api/v1/keys/",
    "api/v1/models/<object_name:name>/promotion-policy/",
    "api/v1/models/<object_name:name>/versions/<int:number>/quarantined-file/",
    "api/v1/promotions/<uuid:promotion_id>/approve/",
    "api/v1/secrets/",
    "api/v1/signing-keys/",
    "api/v1/subject-requests/",
    "models/<object_name:name>/promotion-policy/",
    "promotions/<uuid:pk>/approve/",
)
# What an API key does without a factor, where its owner's role and its scopes allow it: whoever issued it showed one.
# An intake form opens requests (nothing is given out; who asks has to be proven yet), and a team keeps its channels as
# configuration.
KEYS_DO: Final = (("POST", re.compile(r"api/v1/subject-requests/$")), ("", re.compile(r"api/v1/alert-channels/.*$")))
# Reading this gives something out, or is the form that leads to a change: asked before, so that nothing typed is lost.
_READS: Final = re.compile(
    r"^(?:admin/(?:accounts|audit_streaming|keys|secret_store|subjects|workload)/\w+/add/"
    r"|admin/crypto/keyversion/requests/.+|admin/detections/threshold/add/|admin/signing/trustedkey/(?:add|.+/revoke)/|alerts/channels/new/.+"
    r"|models/<object_name:name>/promotion-policy/edit/|admin/promotion/(?:promotionpolicy/add|.+/decide)/"
    r"|(?:admin/subjects|api/v1/subject-requests)/.*(?:bundle|download).*)$"
)
_PARAMETER: Final = re.compile(r"\{\w+\}|<[^>]+>")


def needs_fresh_factor(route: str, method: str) -> bool:
    """Whether somebody has to show a second factor again for this.

    >>> needs_fresh_factor("admin/keys/approval/", "GET"), needs_fresh_factor("admin/keys/approval/", "POST")
    (False, True)
    """
    return bool(_READS.match(route)) or (method not in _SAFE and route.startswith(CHANGES))


def asked_at(path: str, method: str) -> bool:
    """The same for a path of the OpenAPI document.

    >>> asked_at("/api/v1/promotions/{promotion_id}/approve/", "POST")
    True
    """
    shape = _PARAMETER.sub("{}", path.lstrip("/"))
    changes = tuple(_PARAMETER.sub("{}", start) for start in CHANGES)
    return bool(_READS.match(path.lstrip("/"))) or (method not in _SAFE and shape.startswith(changes))


def keys_do(route: str, method: str) -> bool:
    """Whether an API key needs no factor for what asks everybody else for one.

    >>> keys_do("api/v1/subject-requests/", "POST"), keys_do("api/v1/secrets/", "POST")
    (True, False)
    """
    return any(method == (only or method) and pattern.match(route) for only, pattern in KEYS_DO)


class FreshFactorMiddleware:
    """Leads to the page that asks for a code, and from there back, with what was typed meanwhile."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._refusing = DomainErrorMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Ask before the view begins; whoever is not signed in is for the view to refuse."""
        match = request.resolver_match
        if match is None or not request.user.is_authenticated:
            return None
        if needs_fresh_factor(match.route, request.method or ""):
            try:
                require_fresh_factor(request)
            except DomainError as error:
                self.process_exception(request, error)
                return self._refusing.process_exception(request, error)
        kept_forms.forget(request)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """Keep what was sent too late, whoever asked for the factor: the table, or the view itself."""
        if isinstance(error, StepUpRequired) and getattr(request, "auth", None) is None:
            kept = kept_forms.keep(request, back=safe_next(request, request.headers.get("Referer", "")))
            error.leads_back = kept.address if kept else ""
