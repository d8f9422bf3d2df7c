"""Which form an answer takes: nearly always JSON, asked for as everything or as itself."""

from typing import Any, Final

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

# What these ask for needs no weighing: a view's first form, where that is JSON.
_PLAIN: Final = {"*/*", "application/json"}
_JSON: Final = "application/json"


class Negotiation(DefaultContentNegotiation):
    """The framework's own, which compares every form with every kind in the header, where there is one to weigh."""

    def select_renderer(
        self, request: Request, renderers: list[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """The renderer and the kind that the answer names. Raises NotAcceptable and Http404."""
        meta = request._request.META
        if (
            meta.get("HTTP_ACCEPT", "*/*") in _PLAIN
            and renderers
            and renderers[0].media_type == _JSON
            and not format_suffix
            and "format" not in meta.get("QUERY_STRING", "")
        ):
            return renderers[0], _JSON
        found: tuple[Any, str] = super().select_renderer(request, renderers, format_suffix)  # type: ignore[arg-type]
        return found
