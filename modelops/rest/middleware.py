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

from .limited import count_limited
from .metrics import REQUESTS
from .problems import describe, problem_response
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


def wants_problem(request: HttpRequest) -> bool:
    """Whether the answer goes to a program and not to a person."""
    return request.path.startswith(("/api/", "/health/", "/metrics"))


class RequestContextMiddleware:
    """Gives each request an id (a sound ``X-Request-Id`` of the caller is kept) for logs, ledger and answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        own = given if _REQUEST_ID.fullmatch(given) else str(uuid7())
        address, agent = request.META.get("REMOTE_ADDR", ""), request.headers.get("User-Agent", "")
        context = current.set(of_request(own, address, agent))
        log = logs.request_id.set(own)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            if response.status_code >= 400:
                # Django would say so itself, but only after the request's id is gone.
                log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)
            if response.status_code == 429:
                count_limited(request)
            if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
                carry_context(response)
        finally:
            current.reset(context)
            logs.request_id.reset(log)
        response.headers["X-Request-Id"] = own
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if getattr(request, "user", None) is not None and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "no-store"
        match = request.resolver_match
        route = f"/{match.route}" if match else "unmatched"
        REQUESTS.labels(request.method or "", route, str(response.status_code)).observe(time.perf_counter() - started)
        return response


class BodyLimitMiddleware:
    """Refuses a body over the limit by its announced length, before a byte of it is read."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            announced = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            announced = 0
        streams = (request.content_type or "") in _STREAMED
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + (settings.MODELOPS_MAX_ARTIFACT_BYTES if streams else 0)
        if announced > limit:
            detail = f"The body has {announced} bytes; at most {limit} are allowed here."
            record_refusal(
                actor=Actor.anonymous(),
                code="request.too_large",
                method=request.method or "",
                route=escaped(request.path[:200]),
                status=413,
            )
            return problem_response(413, "request.too_large", detail)
        return self.get_response(request)


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
            return problem_response(status, code, detail, **extra)
        back = request.headers.get("Referer", "")
        own = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
        if isinstance(error, DomainError) and error.leads_to:
            there = request.get_full_path() if request.method == "GET" else back if own else ""
            return redirect(f"{error.leads_to}?{urlencode({'next': there})}")
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
