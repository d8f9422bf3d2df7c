"""The headers of a request, looked up where the web server has put them.

Django puts all of them together under other names before it can give the first; most requests are asked for three.
"""

from functools import cached_property, lru_cache
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http.request import HttpHeaders


class Headers(HttpHeaders):
    """What ``request.headers`` gives; what asks for all of them gets Django's own."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self._environ = environ

    @cached_property
    def _store(self) -> dict[str, tuple[str, str]]:
        every: dict[str, tuple[str, str]] = HttpHeaders(self._environ)._store  # type: ignore[attr-defined]
        return every

    def __getitem__(self, name: str) -> str:
        try:
            return str(self._environ[_named(name)])
        except KeyError:
            raise KeyError(name) from None

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _named(name) in self._environ

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a header by its name, in any case, with hyphens or underscores."""
        return self._environ.get(_named(name), default)


class Request(WSGIRequest):
    """A request of the web server."""

    @cached_property
    def headers(self) -> Headers:  # type: ignore[override]
        return Headers(self.META)


@lru_cache(maxsize=256)
def _named(name: str) -> str:
    """The name under which a web server hands a header on."""
    return str(HttpHeaders.to_wsgi_name(name))
