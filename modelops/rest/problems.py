"""Errors as problem details: RFC 9457 with a stable ``code``, the request's id and, for forms, the fields at fault."""

import logging
from typing import Any

from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from redis.exceptions import RedisError
from rest_framework import exceptions
from rest_framework.response import Response

from compliance.audit import Actor, record_refusal
from compliance.audit.context import current
from modelops.lib.errors import DomainError, NotFound, TooManyRequests

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
UNAVAILABLE = "Something that the portal needs is not reachable. Nothing was stored. Try again in a minute."
UNREADABLE = "The request cannot be understood. Check its address, headers and body, and send it again."
UNEXPECTED = (
    "An unexpected error happened. It was logged under the id of this request. Try again; if it happens again, tell an "
    "administrator that id."
)
_UNKNOWN_HOST = (
    "The portal does not answer to the host name of this request. Use the address that you were given; an "
    "administrator names its hosts in MODELOPS_HOSTS."
)

_TITLES = {
    400: "The request cannot be used",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict with the present state",
    411: "Length required",
    413: "Too large",
    415: "Unsupported content",
    422: "The request cannot be carried out",
    429: "Too many requests",
    500: "Unexpected error",
    503: "Not available now",
    507: "No space left",
}
_CODES = {
    400: "request.invalid",
    401: "auth.required",
    403: "permission.denied",
    404: "object.not_found",
    405: "request.method_not_allowed",
    406: "request.not_acceptable",
    411: "request.length_required",
    413: "request.too_large",
    415: "request.unsupported_media_type",
    429: "request.slow_down",
}


def problem(status: int, code: str, detail: str, **extra: Any) -> dict[str, Any]:
    """The body of an error answer."""
    return {
        "type": f"urn:modelops:problem:{code}",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": current.get().request_id,
        **extra,
    }


def problem_response(status: int, code: str, detail: str, **extra: Any) -> JsonResponse:
    """An error answer outside the REST framework's views."""
    return JsonResponse(problem(status, code, detail, **extra), status=status, content_type=CONTENT_TYPE)


def describe(error: BaseException) -> tuple[int, str, str, dict[str, Any]] | None:
    """Status, code, message and extra members for an error that is understood; None for any other."""
    if isinstance(error, DomainError):
        extra: dict[str, Any] = dict(getattr(error, "members", {}))
        if error.field:
            extra["errors"] = [{"field": error.field, "message": error.message}]
        return error.status, error.code, error.message, extra
    if isinstance(error, RequestDataTooBig | TooManyFieldsSent):
        return 413, "request.too_large", "The request's body is over the limit. Send less, or in parts.", {}
    if isinstance(error, DisallowedHost):
        return 400, "request.unknown_host", _UNKNOWN_HOST, {}
    if isinstance(error, SuspiciousOperation):
        return 400, "request.suspicious", UNREADABLE, {}
    if isinstance(error, OperationalError | InterfaceError):
        return 503, "database.unavailable", UNAVAILABLE, {}
    if isinstance(error, DatabaseError):
        state = getattr(error.__cause__, "sqlstate", None) or ""
        if state in {"MO001", "MO002", "MO003"}:
            return 503, "sealed.damaged", "A sealed value could not be opened. It is damaged or its key is missing.", {}
        return None
    if isinstance(error, RedisError):
        return 503, "broker.unavailable", UNAVAILABLE, {}
    return None


def headers_of(error: BaseException, status: int) -> dict[str, str]:
    """What a refusal says beside its body: a challenge, or how long to wait."""
    headers = dict(getattr(error, "headers", {}))
    if isinstance(error, TooManyRequests):
        headers.setdefault("Retry-After", str(error.retry_after_s))
    if status == 401 and not getattr(error, "auth_header", None):
        headers.setdefault("WWW-Authenticate", 'Bearer realm="api"')
    return headers


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The REST framework's handler: every refusal is a problem, and a row in the ledger."""
    headers: dict[str, str] = {}
    understood = describe(error)
    if isinstance(error, Http404):
        understood = 404, NotFound.code, "There is no such object, or you may not see it. Check the address.", {}
    elif isinstance(error, PermissionDenied):
        understood = 403, "permission.denied", "Your role does not allow this. Ask an administrator.", {}
    elif isinstance(error, exceptions.APIException):
        understood, headers = _describe_api(error)
    request = context["request"]
    if understood is None:
        logger.exception("Unexpected error in %s %s", request.method, _route(request))
        understood = 500, "server.error", UNEXPECTED, {}
    status, code, detail, extra = understood
    headers.update(headers_of(error, status))
    if not getattr(error, "recorded", False):
        # Where the caller is told less than is known, the ledger gets the rest.
        _record(request, status, getattr(error, "ledger_code", "") or code)
    return Response(problem(status, code, detail, **extra), status, headers=headers, content_type=CONTENT_TYPE)


def _describe_api(error: exceptions.APIException) -> tuple[tuple[int, str, str, dict[str, Any]], dict[str, str]]:
    status = error.status_code
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, exceptions.Throttled) and error.wait is not None:
        headers["Retry-After"] = str(int(error.wait) + 1)
    if isinstance(error, exceptions.ValidationError):
        fields = list(_fields(error.detail))
        first = (
            f"{fields[0]['field']}: {fields[0]['message']}" if fields and fields[0]["field"] else fields[0]["message"]
        )
        return (status, "request.invalid", first, {"errors": fields}), headers
    code = getattr(error, "problem_code", None) or _CODES.get(status, "request.refused")
    if isinstance(error, exceptions.ParseError):
        code = "request.malformed"
    return (status, code, str(error.detail), {}), headers


def _fields(detail: Any, prefix: str = "") -> Any:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _fields(inner, ".".join(part for part in (prefix, own) if part))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _fields(inner, prefix)
    else:
        yield {"field": prefix or None, "message": str(detail)}


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    return f"/{match.route}" if match else "unknown"


def _record(request: Any, status: int, code: str) -> None:
    # What is refused as too many is counted instead (`limited`): a flood must not fill the ledger.
    if status >= 400 and status != 429 and code != "database.unavailable":
        actor = getattr(request, "actor", None) or getattr(request._request, "actor", None) or Actor.anonymous()
        record_refusal(actor=actor, code=code, method=request.method, route=_route(request._request), status=status)
