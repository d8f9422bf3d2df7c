"""Around every request: an id, limits before anything is read, and one shape for what goes wrong."""

import re
import time
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.log import log_response

from compliance.audit import Actor, record_refusal
from compliance.audit.context import current, escaped, of_request
from modelops.lib import logs
from modelops.lib.errors import DomainError
from modelops.lib.ids import uuid7
from modelops.web import nonces, peers
from modelops.web.headers import harden, put

from .limited import count_limited
from .metrics import REQUESTS
from .plain_pages import plain_answer, route_of, wants_problem
from .problems import describe, headers_of, problem_response
from .streaming import carry_context

GetResponse = Callable[[HttpRequest], HttpResponse]
# Bodies of these kinds are never read as a whole: files are sealed while they arrive.
_STREAMED = frozenset(
    {
        "multipart/form-data",
        "application/octet-stream",
        "application/offset+octet-stream",
        "application/partial-upload",
        "application/vnd.modelops.sealed",
    }
)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class RequestContextMiddleware:
    """Gives each request an id (a sound ``X-Request-Id`` of the caller is kept) for logs, ledger and answer.

    It is the outermost, so it also settles who asks before anything uses that, and completes the headers of whatever
    answer comes out, of an error too.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META  # `request.headers` would be made of all of it
        given = meta.get("HTTP_X_REQUEST_ID", "")
        own = given if _REQUEST_ID.fullmatch(given) else str(uuid7())
        peers.settle(meta)
        address, agent = meta.get("REMOTE_ADDR", ""), meta.get("HTTP_USER_AGENT", "")
        context = current.set(of_request(own, address, agent))
        log = logs.request_id.set(own)
        page = nonces.begin()
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            if response.status_code == 405 and not response.streaming and not response.content:
                response = _explained(request, response)
            if response.status_code >= 400:
                # Django would say so itself, but only after the request's id is gone.
                log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)
            if response.status_code == 429:
                count_limited(request)
            if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
                carry_context(response)
            harden(response.headers, nonces.used(), is_secure=request.is_secure())
        finally:
            current.reset(context)
            logs.request_id.reset(log)
            nonces.end(page)
        put(response.headers, "X-Request-Id", own)
        if getattr(request, "user", None) is not None and not response.has_header("Cache-Control"):
            put(response.headers, "Cache-Control", "no-store")
        match = request.resolver_match
        route = f"/{match.route}" if match else "unmatched"
        REQUESTS.labels(request.method or "", route, str(response.status_code)).observe(time.perf_counter() - started)
        return response


def _explained(request: HttpRequest, bare: HttpResponse) -> HttpResponse:
    """What Django answers to another method than a page takes, in words."""
    allowed = bare.headers.get("Allow", "")
    detail = f"{request.method} is not taken at this address. Use {allowed or 'another method'}."
    response = plain_answer(request, 405, "request.method_not_allowed", detail)
    if allowed:
        response.headers["Allow"] = allowed
    return response


class BodyLimitMiddleware:
    """Refuses before a byte of the body is read: one over the limit, one without a length where none may be.

    Files may come without a length: they are counted while they are sealed (registry/artifacts/body.py).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return refusal_by_size(request) or self.get_response(request)


def refusal_by_size(request: HttpRequest) -> HttpResponse | None:
    """The answer to a request whose body, or method, is not taken; None when both are."""
    if request.method not in _METHODS:
        detail = f"The portal knows no such method. Use one of {', '.join(_METHODS)}."
        answer = _refused(request, 405, "request.method_not_allowed", detail)
        answer.headers["Allow"] = ", ".join(_METHODS)
        return answer
    said = request.META.get("CONTENT_LENGTH")
    if not said and "HTTP_TRANSFER_ENCODING" not in request.META:
        return None  # no body
    try:
        announced = int(said or 0)
    except ValueError:
        announced = 0
    streams = (request.content_type or "") in _STREAMED
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + (settings.MODELOPS_MAX_ARTIFACT_BYTES if streams else 0)
    if announced > limit:
        detail = f"The body has {announced} bytes; at most {limit} are allowed here. Send less, or in parts."
        return _refused(request, 413, "request.too_large", detail)
    if not announced and not streams and "HTTP_TRANSFER_ENCODING" in request.META:
        detail = "The body comes in chunks without its length. Send it whole, with a Content-Length."
        return _refused(request, 411, "request.length_required", detail)
    return None


def _refused(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    record_refusal(
        actor=Actor.anonymous(),
        code=code,
        method=escaped((request.method or "")[:20]),
        route=route_of(request),
        status=status,
    )
    return plain_answer(request, status, code, detail)


class DomainErrorMiddleware:
    """A refusal that leaves a portal view becomes a message where the person was, or a page that says what to do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        understood = describe(error)
        if understood is None:
            return None
        status, code, detail, extra = understood
        match = request.resolver_match
        if code != "database.unavailable" and status != 429 and not getattr(error, "recorded", False):
            record_refusal(
                actor=getattr(request, "actor", None) or Actor.anonymous(),
                code=code,
                method=request.method or "",
                route=f"/{match.route}" if match else "unknown",
                status=status,
            )
        if wants_problem(request):
            answer = problem_response(status, code, detail, **extra)
            for name, value in headers_of(error, status).items():
                answer.headers.setdefault(name, value)
            return answer
        back = request.headers.get("Referer", "")
        own = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
        if isinstance(error, DomainError) and error.leads_to:
            there = request.get_full_path() if request.method == "GET" else back if own else ""
            return redirect(f"{error.leads_to}?{urlencode({'next': error.leads_back or there})}")
        if (
            isinstance(error, DomainError)
            and request.method == "POST"
            and status < 500
            and "HX-Request" not in request.headers
            and own
        ):
            messages.error(request, detail)
            return redirect(back)
        return render(request, "errors/refused.html", {"status": status, "code": code, "detail": detail}, status=status)
