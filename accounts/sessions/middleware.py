"""The session of a request."""

from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse

from .store import SessionStore


def brings_token(request: HttpRequest) -> bool:
    """Whether the request identifies itself by a token or an API key."""
    return request.headers.get("Authorization", "").lower().startswith("bearer ")


class SessionMiddleware(DjangoSessionMiddleware):
    """Django's middleware, but a request that brings a token has no session: its cookie is not even looked up."""

    def process_request(self, request: HttpRequest) -> None:
        """Attach the session that the cookie names."""
        if brings_token(request):
            request.session = SessionStore()
        else:
            super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session and set the cookie."""
        return response if brings_token(request) else super().process_response(request, response)
