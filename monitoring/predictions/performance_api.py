"""How a model does, over REST: the figures of the performance page."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading
from modelops.lib.errors import Invalid
from registry.api.lookup import model_named

from .audit_events import PERFORMANCE_VIEWED
from .models import Stream
from .performance import PERCENTILES, Performance, metric_of
from .views import DEFAULT_SPAN, SPANS, looked_at


class MeasuredOut(serializers.Serializer):
    """A value with its 95 % interval, out of ``count`` predictions; ``is_estimate`` where no label has come."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    count = serializers.IntegerField()
    is_estimate = serializers.BooleanField()


class PerformanceWindowOut(serializers.Serializer):
    """A window of time. Latencies are in milliseconds."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    predictions = serializers.IntegerField()
    errors = serializers.IntegerField()
    labelled = serializers.IntegerField()
    realised = MeasuredOut(allow_null=True)
    estimated = MeasuredOut(allow_null=True)
    latency_ms = serializers.DictField(child=serializers.FloatField(allow_null=True))
    label_delay_s = serializers.FloatField(allow_null=True)


class ModelPerformanceOut(serializers.Serializer):
    """One version over some days."""

    model = serializers.CharField()
    version = serializers.IntegerField(allow_null=True, help_text="Null for a model that nothing was predicted by.")
    metric = serializers.CharField()
    set_aside = serializers.IntegerField(help_text="Rows of all time that were not stored: about people kept out.")
    whole = PerformanceWindowOut(allow_null=True)
    windows = PerformanceWindowOut(many=True)


class ModelPerformanceView(APIView):
    """How a model does."""

    required_permissions = {"GET": "predictions.view_window"}
    http_method_names = ["get", "head", "options"]

    @extend_schema(
        operation_id="model_performance",
        responses=ModelPerformanceOut,
        parameters=[
            OpenApiParameter("version", int, description="The newest that sent anything without it."),
            OpenApiParameter("days", str, enum=list(SPANS), description=f"{DEFAULT_SPAN} without it."),
        ],
    )
    def get(self, request: Request, name: str) -> Response:
        """What was realised and what is estimated, window by window, as on the page."""
        model = model_named(request, name)
        streams = Stream.objects.filter(model=model).select_related("model").order_by("-last_received_at")
        asked, span = request.query_params.get("version"), request.query_params.get("days", DEFAULT_SPAN)
        if span not in SPANS or (asked is not None and not (asked.isascii() and asked.isdigit() and len(asked) < 10)):
            raise Invalid(
                f"days is one of {', '.join(SPANS)}, and version a whole number. Leave out what is not needed.",
                code="performance.bad_query",
                field="days" if span not in SPANS else "version",
            )
        stream = (streams if asked is None else streams.filter(version_number=int(asked))).first()
        said: dict[str, Any] = {
            "model": model.name,
            "version": None,
            "metric": "",
            "set_aside": 0,
            "whole": None,
            "windows": [],
        }
        if stream is not None:
            whole, windows = looked_at(stream, *SPANS[span])
            said |= {
                "version": stream.version_number,
                "metric": metric_of(stream),
                "set_aside": stream.set_aside,
                "whole": _told(whole),
                "windows": [_told(window) for window in windows],
            }
        number = stream.version_number if stream else 0
        record_reading(PERFORMANCE_VIEWED, model, request=request, model=model.name, version=number)
        return Response(ModelPerformanceOut(said).data)


def _told(window: Performance) -> dict[str, Any]:
    figures = window.figures
    return {
        "starts_at": window.starts_at,
        "ends_at": window.ends_at,
        "predictions": figures.predictions,
        "errors": figures.errors,
        "labelled": figures.labelled,
        "realised": window.realised,
        "estimated": window.estimated,
        "latency_ms": {name: window.percentiles[name] for name in PERCENTILES},
        "label_delay_s": window.label_delay_s,
    }
