"""Metric series over REST."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import Invalid, NotFound
from monitoring.predictions.bodies import Body
from monitoring.predictions.lookup import model_by_name
from registry.models import ModelVersion, RegisteredModel

from .models import Series, SeriesQuerySet
from .receiving import ON_DUPLICATE, REPLACE, receive_points
from .serializers import MetricPointsIn, SeriesOut, SeriesPointsOut, TakenOut

NEWEST = 1000


class MetricsView(ListAPIView):
    """Metric series, and the door for their points."""

    required_permissions = {"GET": "series.view_series", "POST": "series.add_point"}
    serializer_class = SeriesOut
    queryset = Series.objects.none()

    def get_queryset(self) -> SeriesQuerySet:
        """What the caller may see."""
        rows = Series.objects.visible_to(self.request.user).select_related("model", "version")
        name = self.request.query_params.get("model", "").replace("\x00", "")
        return rows.filter(model__name=name) if name else rows

    @extend_schema(operation_id="metrics_list", parameters=[OpenApiParameter("model", str, description="Its name.")])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Series with their newest values."""
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="metrics_create", request=MetricPointsIn, responses={201: TakenOut})
    def post(self, request: Request) -> Response:
        """Store points. They are on the charts and on /metrics at once; sent again they change nothing."""
        body = Body(request, {"model", "version", "run", "on_duplicate", "points"})
        model = model_by_name(request.user, body.text("model"))
        run = body.text("run") if body.said.get("run") is not None else ""
        version = _version(model, body) if body.said.get("version") is not None else None
        if version is None and not run:
            raise Invalid(
                "Name the version that the points are of, or the run.", code="metric.of_nothing", field="version"
            )
        policy = body.said.get("on_duplicate", REPLACE)
        if policy not in ON_DUPLICATE:
            expected = " or ".join(ON_DUPLICATE)
            raise Invalid(f"on_duplicate is neither of {expected}.", code="metric.bad_policy", field="on_duplicate")
        taken = receive_points(
            model, version, run, body.listed("points"), on_duplicate=policy, now=timezone.now(), actor=request.actor
        )
        return Response(TakenOut(taken._asdict()).data, status=201)


class MetricView(APIView):
    """One series."""

    required_permissions = {"GET": "series.view_series"}

    @extend_schema(operation_id="metrics_retrieve", responses=SeriesPointsOut)
    def get(self, request: Request, number: int) -> Response:
        """The series of this id, with its newest thousand points."""
        rows = Series.objects.visible_to(request.user).select_related("model", "version")
        series = get_object_or_404(rows, pk=number)
        series.newest = list(series.points.order_by("-at", "-step")[:NEWEST])[::-1]
        return Response(SeriesPointsOut(series).data)


def _version(model: RegisteredModel, body: Body) -> ModelVersion:
    number = body.whole("version")
    version = ModelVersion.objects.alive().filter(model=model, number=number).first()
    if version is None:
        raise NotFound(
            f"{model} has no version {number}. Register it first, or send the points under a run.",
            code="model_version.not_found",
            field="version",
        )
    return version
