"""Keeps a superuser on the page that asks for a reason until one is given."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from modelops.rest.problems import problem_response

from .emergency import ReasonRequired, present

# What leads nowhere: the page itself, the way out, and what every visitor gets.
_OPEN = ("accounts:emergency", "accounts:sign-out", "health-live", "health-ready")


class EmergencyMiddleware:
    """After `ActorMiddleware`: sessions of superusers only. Keys and tokens are asked where they are checked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not (user.is_authenticated and user.is_superuser):
            return self.get_response(request)
        request.emergency = present(user, request.session)  # type: ignore[attr-defined]
        if request.emergency is not None or request.path in {reverse(name) for name in _OPEN}:  # type: ignore[attr-defined]
            return self.get_response(request)
        if request.path.startswith("/api/"):
            refusal = ReasonRequired()
            return problem_response(refusal.status, refusal.code, refusal.message)
        there = request.get_full_path() if request.method == "GET" else ""
        return redirect(f"{reverse('accounts:emergency')}?{urlencode({'next': there})}")
