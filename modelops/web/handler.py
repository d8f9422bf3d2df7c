"""What answers a request in the web server: Django's handler, which finds an address once.

Django compares each address with the patterns of every app, one after the other, which takes as long as a question to
the database. Pipelines ask for the same addresses again and again.
"""

from typing import Any, Final

import django
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import ResponseHeaders
from django.urls import ResolverMatch

from .header_lookup import Request

MOST: Final = 4096
LONGEST: Final = 256
"""Characters of an address that is remembered."""


class Handler(WSGIHandler):
    """The WSGI application of Django. An address leads to the same view for as long as the process lives."""

    request_class = Request

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, ResolverMatch] = {}

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """The view of the address and what it says. Raises Resolver404, of which nothing is remembered."""
        path, found = request.path_info, self._found
        match: ResolverMatch | None = None if hasattr(request, "urlconf") else found.get(path)
        if match is None:
            match = super().resolve_request(request)  # type: ignore[no-untyped-call]
            if len(path) <= LONGEST and not hasattr(request, "urlconf"):
                if len(found) >= MOST:  # whoever asks for ever new ones makes nobody slower than Django is
                    found.clear()
                found[path] = match
        request.resolver_match = match
        return match


def handler() -> Handler:
    """The handler of this process, with the apps loaded."""
    django.setup(set_prefix=False)
    ResponseHeaders.items = _items  # type: ignore[method-assign]
    return Handler()


def _items(headers: ResponseHeaders) -> Any:
    """The headers as pairs, as they are kept; Django's way looks each of them up by its name again."""
    return headers._store.values()  # type: ignore[attr-defined]
