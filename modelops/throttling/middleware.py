"""Counts each request before its view does anything, and tells the caller what is left."""

import math
from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from modelops.lib.errors import DomainError, TooManyRequests
from modelops.rest.plain_pages import plain_answer
from modelops.web.headers import put

from .charging import charge, standing_of, was_charged
from .limits import PERIOD_S
from .store import Standing

CHARGES_BY_ITSELF: Final = "charges_callers"
"""Attribute of authentication classes that count a request themselves: the scheme of the credentials that they know."""


class ThrottleMiddleware:
    """For sessions and strangers; a bearer credential is counted where it is looked at (accounts/authentication.py).

    Also counted are addresses that lead nowhere: trying them out is what a scanner does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return told(request, self.get_response(request))

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Refuse before the view and its CSRF check."""
        if _is_counted_by(view, request.META.get("HTTP_AUTHORIZATION", "")):
            return None
        return _refusal(request)


def told(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer with what the caller has left; a refusal in its place where nobody has counted the request yet."""
    if request.resolver_match is None:
        response = _refusal(request) or response
    standing = standing_of(request)
    if standing is not None:
        for name, value in headers_of(standing).items():
            put(response.headers, name, value)
    return response


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if was_charged(request):
        return None
    try:
        charge(request)
    except DomainError as error:
        answer = plain_answer(request, error.status, error.code, error.message)
        if isinstance(error, TooManyRequests):
            answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer
    return None


def _is_counted_by(view: Any, authorization: str) -> bool:
    scheme, blank, _ = authorization.partition(" ")
    classes = getattr(getattr(view, "cls", None), "authentication_classes", ())
    return bool(blank) and any(getattr(one, CHARGES_BY_ITSELF, None) == scheme.lower() for one in classes)


def headers_of(standing: Standing) -> dict[str, str]:
    """``RateLimit-Policy`` and ``RateLimit`` as draft-ietf-httpapi-ratelimit-headers has them: the minute, the burst.

    ``r`` is what is left and ``t`` the seconds until it is whole again.
    """
    limit = standing.limit
    burst_s = math.ceil(limit.burst * PERIOD_S / limit.per_minute)
    return {
        "RateLimit-Policy": f'"minute";q={limit.per_minute};w={PERIOD_S}, "burst";q={limit.burst};w={burst_s}',
        "RateLimit": f'"minute";r={standing.left};t={math.ceil(standing.minute_ends_s)}, '
        f'"burst";r={standing.left_at_once};t={math.ceil(standing.burst_whole_s)}',
    }
