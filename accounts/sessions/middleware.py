"""The session of a request."""

from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from accounts.devices import cookie

from .store import SessionStore


def brings_token(request: HttpRequest) -> bool:
    """Whether the request identifies itself by a token or an API key."""
    return request.headers.get("Authorization", "").lower().startswith("bearer ")


class SessionMiddleware(DjangoSessionMiddleware):
    """Django's middleware with two differences.

    A request that brings a token has no session: its cookie is not even looked up. And a cookie that opens nothing is
    left where it is: the request may be a late one with a former id, whose answer must not take the new one away.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Attach the session that the cookie names."""
        if brings_token(request):
            request.session = SessionStore()
        else:
            super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session and set the cookies, or take that of the session away when it was ended here."""
        if brings_token(request):
            return response
        cookie.give(request, response)
        session = request.session
        if session.is_empty() and not session.was_ended:
            if session.accessed:
                patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)
