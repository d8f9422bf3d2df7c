"""The OpenAPI document as it is sent: made once for each form, since it is the same for everybody."""

from functools import cache

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class DocumentView(SpectacularAPIView):
    """The interface as OpenAPI 3.1, in YAML or JSON as asked for.

    To put it together takes about a second of work. Whoever asks for it needs no account, so each process does that
    once for each form and not for each request.
    """

    def _get_schema_response(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        return HttpResponse(
            _rendered(type(renderer)),
            content_type=renderer.media_type,
            headers={"Content-Disposition": f'inline; filename="{self._get_filename(request, "")}"'},
        )


@cache
def _rendered(form: type[BaseRenderer]) -> bytes:
    document = SchemaGenerator().get_schema(request=None, public=True)
    content: bytes | str = form().render(document, renderer_context={})
    return content.encode() if isinstance(content, str) else content
