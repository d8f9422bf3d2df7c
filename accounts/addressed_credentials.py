"""Credentials in an address are refused: it stands in histories, in referrers and in the logs of every proxy.

RFC 6750, section 2.3, advises against them; RFC 9700, section 4.3.2, forbids them.
"""

import logging
import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from compliance.audit import Actor, record_refusal
from modelops.rest.plain_pages import route_of
from modelops.rest.problems import problem_response

from .api_key_format import PREFIX

logger = logging.getLogger(__name__)

CODE = "auth.credential_in_address"
NAMES = frozenset(
    {
        "access_token", "api_key", "api-key", "apikey", "auth_token", "authorization", "bearer", "client_secret",
        "id_token", "jwt", "password", "refresh_token", "subject_token", "token",
    }
)  # fmt: skip
# Whatever its parameter is called: a key of ours, or a JSON Web Token of anybody.
_LOOKS_LIKE_ONE = re.compile(rf"{PREFIX}_[0-9A-Za-z]{{8}}_|eyJ[0-9A-Za-z_-]+\.[0-9A-Za-z_-]+\.")


class RefuseAddressedCredentials:
    """Answers 400 to every address with a credential in its query; the value is neither read, logged nor kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return refusal_of(request) or self.get_response(request)


def refusal_of(request: HttpRequest) -> HttpResponse | None:
    """The answer to an address with a credential, or None."""
    name = _named(request) if request.META.get("QUERY_STRING") else ""
    if not name:
        return None
    logger.warning("A request came with a credential in its address (%s); it was refused", name)
    record_refusal(actor=Actor.anonymous(), code=CODE, method=request.method or "", route=route_of(request), status=400)
    return problem_response(
        400,
        CODE,
        f"The address holds a credential ({name}). Addresses are logged on their way, so take this one as known to "
        "others: revoke it, and send the new one in the header Authorization: Bearer.",
    )


def _named(request: HttpRequest) -> str:
    """What the credential is called, or an empty text; never its value."""
    for name, values in request.GET.lists():
        if name.lower() in NAMES and any(values):
            return name.lower()
        if any(_LOOKS_LIKE_ONE.match(value) for value in values):
            return "the value of a parameter"
    return ""
