"""Refusals that need nothing but the request: no account, no session, no database."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.urls import Resolver404, resolve

from compliance.audit.context import current

from .problems import problem_response

_shapes: dict[str, Callable[[int, str, str], HttpResponse]] = {}


def answer_below(prefix: str, shape: Callable[[int, str, str], HttpResponse]) -> None:
    """Let refusals of addresses that begin with ``prefix`` be told as another protocol tells them."""
    _shapes[prefix] = shape


def wants_problem(request: HttpRequest) -> bool:
    """Whether the answer goes to a program and not to a person."""
    return request.path.startswith(("/api/", "/health/", "/metrics", "/reports/"))


def route_of(request: HttpRequest) -> str:
    """The route of a request that no view has seen, for the ledger; a path holds names, secrets of invitations, or
    whatever a stranger writes.
    """
    try:
        return f"/{resolve(request.path_info).route}"
    except Resolver404:
        return "unknown"


def plain_answer(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    """A problem for programs; for people a page that says what to do."""
    for prefix, shape in _shapes.items():
        if request.path.startswith(prefix):
            return shape(status, code, detail)
    if wants_problem(request):
        return problem_response(status, code, detail)
    # No request in the context: its processors would ask for the session, which may be what is away.
    said = {"status": status, "code": code, "detail": detail, "request_id": current.get().request_id}
    return HttpResponse(loader.render_to_string("errors/unavailable.html", said), status=status)
