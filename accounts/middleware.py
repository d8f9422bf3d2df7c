"""Who makes a request."""

from collections.abc import Callable

from django.contrib import auth
from django.http import HttpRequest, HttpResponse

from accounts.actors import actor_of
from compliance.audit import Actor
from compliance.audit.context import identify


class ActorMiddleware:
    """Sets ``request.actor`` from the session; for tokens accounts/authentication.py does.

    A session without a verified second factor signs nobody in: whatever made it, it is ended here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = Actor.anonymous()
        user = request.user
        if user.is_authenticated:
            if user.is_verified():
                request.actor = actor_of(user)
            else:
                auth.logout(request)
        # Also while nobody is signed in yet: between password and code there is a session.
        if (row := getattr(request.session, "current_row", None)) is not None:
            identify(session=str(row.pk))
        return self.get_response(request)
