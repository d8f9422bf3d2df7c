"""Refusals that need nothing but the request: no account, no session, no database."""

from django.http import HttpRequest, HttpResponse
from django.template import loader

from compliance.audit.context import current

from .problems import problem_response


def wants_problem(request: HttpRequest) -> bool:
    """Whether the answer goes to a program and not to a person."""
    return request.path.startswith(("/api/", "/health/", "/metrics", "/reports/"))


def plain_answer(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    """A problem for programs; for people a page that says what to do."""
    if wants_problem(request):
        return problem_response(status, code, detail)
    # No request in the context: its processors would ask for the session, which may be what is away.
    said = {"status": status, "code": code, "detail": detail, "request_id": current.get().request_id}
    return HttpResponse(loader.render_to_string("errors/unavailable.html", said), status=status)
