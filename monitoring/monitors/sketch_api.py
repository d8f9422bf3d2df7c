"""``monitors/<id>/sketch/``: the bins to count in. ``sketch-client/``: the program that does."""

import base64
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading
from modelops.lib.errors import Conflict
from modelops.rest.permissions import SIGNED_IN
from monitoring.drift.edges import OTHER

from .api import VIEW, monitor_for
from .audit_events import EDGES_PUBLISHED
from .client_file import NAME, client_file, client_sha256
from .profiles import profile_of, published


class PublishedColumnOut(serializers.Serializer):
    """Either ``edges`` of numbers, ascending (a bin goes up to its edge and includes it), or ``categories``."""

    edges = serializers.ListField(child=serializers.FloatField(), required=False)
    error = serializers.FloatField(help_text="By how much D can fall short of the true one, at the most.")
    categories = serializers.ListField(child=serializers.CharField(), required=False)


class SketchBinsOut(serializers.Serializer):
    """In which bins the columns of new data are counted."""

    monitor = serializers.UUIDField()
    profile = serializers.UUIDField(help_text="Comes back with the sketch; other bins are another profile.")
    columns = serializers.DictField(child=PublishedColumnOut())
    left_out = serializers.DictField(child=serializers.CharField(), help_text="Why a column has no bins.")


class SketchBinsView(APIView):
    """The bins of a monitor's reference."""

    required_permissions = {"GET": VIEW}
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="monitors_sketch_bins", responses=SketchBinsOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """Bins of about equal share, 20 values of the reference or more; frequent values have bins of their own."""
        monitor = monitor_for(request, pk)
        profile = profile_of(monitor.reference)
        if profile is None:
            raise Conflict(
                f"The reference {monitor.reference} is being profiled. Ask again in a moment; the job stands among the "
                "jobs of the portal.",
                code="sketch.not_ready",
            )
        columns: dict[str, Any] = {}
        left_out: dict[str, str] = {}
        for name, about in published(profile, monitor.features):
            if isinstance(about, str):
                left_out[name] = about
            elif hasattr(about, "edges"):
                columns[name] = {"edges": about.edges, "error": about.error}
            else:
                words = [word for word in about.counts if word != OTHER]
                rest = about.counts.get(OTHER, 0)
                columns[name] = {"categories": words, "error": rest / max(about.size, 1)}
        record_reading(EDGES_PUBLISHED, monitor, request=request, name=monitor.name)
        # Thousands of numbers: they go as they are, past the serializer that describes them.
        said = {"monitor": str(monitor.pk), "profile": str(profile.pk), "columns": columns, "left_out": left_out}
        return Response(said, headers={"Cache-Control": "no-store"})


class SketchClientView(APIView):
    """The client that counts and pushes: one Python file that needs nothing but Python."""

    required_permissions = {"GET": SIGNED_IN}

    @extend_schema(operation_id="sketch_client_retrieve", responses={(200, "text/x-python"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """Its SHA-256 stands in the header Repr-Digest."""
        digest = base64.b64encode(bytes.fromhex(client_sha256())).decode("ascii")
        headers = {
            "Content-Disposition": f'attachment; filename="{NAME}"',
            "Repr-Digest": f"sha-256=:{digest}:",
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(client_file(), content_type="text/x-python; charset=utf-8", headers=headers)
