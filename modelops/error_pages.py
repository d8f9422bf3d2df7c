"""Answers for what no view caught: a page for people, a problem for programs, and 503 when a dependency is away."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from compliance.audit import Actor, record_refusal
from modelops.rest.plain_pages import plain_answer, wants_problem
from modelops.rest.problems import UNEXPECTED, UNREADABLE, describe, problem_response


def _answer(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    if wants_problem(request):
        return problem_response(status, code, detail)
    return render(request, "errors/refused.html", {"status": status, "code": code, "detail": detail}, status=status)


def _denied(request: HttpRequest, status: int, code: str) -> None:
    """A row about what a page refused; the REST interface records its own."""
    match = request.resolver_match
    record_refusal(
        actor=getattr(request, "actor", None) or Actor.anonymous(),
        code=code,
        method=request.method or "",
        route=f"/{match.route}" if match else "unmatched",
        status=status,
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or what the error understood calls for."""
    status, code, detail, _ = describe(exception) or (400, "request.invalid", UNREADABLE, {})
    return _answer(request, status, code, detail)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 for a permission that is missing."""
    _denied(request, 403, "permission.denied")
    return _answer(request, 403, "permission.denied", "Your role does not allow this. Ask an administrator.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 for an address or an object that is not there for this person.

    Where there is a page but not the object, the object may be somebody else's: a row of the ledger says who asked.
    """
    if request.resolver_match is not None:
        _denied(request, 404, "object.not_found")
    detail = "There is nothing at this address, or you may not see it. Check it, or begin at the overview."
    return _answer(request, 404, "object.not_found", detail)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was not sent from one of our pages."""
    _denied(request, 403, "request.csrf")
    detail = "The form has expired or was not sent from this portal. Go back, reload the page and send it again."
    return _answer(request, 403, "request.csrf", detail)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when what failed is PostgreSQL, Valkey or the key ring. Must itself need none of them."""
    error = sys.exc_info()[1]
    understood = describe(error) if error is not None else None
    status, code, detail, _ = understood or (500, "server.error", UNEXPECTED, {})
    return plain_answer(request, status, code, detail)
