"""The session of a request."""

from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest

from .store import SessionStore


class SessionMiddleware(DjangoSessionMiddleware):
    """Django's middleware, but a request that brings a token has no session: its cookie is not even looked up."""

    def process_request(self, request: HttpRequest) -> None:
        """Attach the session that the cookie names."""
        super().process_request(request)
        if request.headers.get("Authorization", "").lower().startswith("bearer "):
            request.session = SessionStore()
