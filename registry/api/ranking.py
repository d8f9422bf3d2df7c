"""The best version of a model, and versions side by side."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import Invalid, NotFound
from registry import viewing
from registry.models import ModelVersion
from registry.ranking.best import best_of, primary_metric
from registry.ranking.comparison import compare
from registry.ranking.facts import compared_facts, with_facts
from registry.ranking.parameters import read_parameters_of
from registry.serializers import ModelVersionOut

from .lookup import model_named, model_version

MOST_COMPARED = 8


class RankingOut(serializers.Serializer):
    metric = serializers.CharField()
    direction = serializers.ChoiceField(choices=["minimise", "maximise"])
    value = serializers.FloatField()
    is_proposed = serializers.BooleanField(help_text="Nobody has chosen a metric; the portal proposes this one.")


class BestOut(ModelVersionOut):
    ranking = RankingOut(read_only=True)

    class Meta(ModelVersionOut.Meta):
        fields = (*ModelVersionOut.Meta.fields, "ranking")
        read_only_fields = fields

    def to_representation(self, version: Any) -> dict[str, Any]:
        return {**super().to_representation(version), "ranking": RankingOut(version.ranking).data}


class ComparedMetricOut(serializers.Serializer):
    name = serializers.CharField()
    direction = serializers.CharField(help_text="minimise, maximise, or empty where none is known.")
    values = serializers.ListField(child=serializers.FloatField(allow_null=True))
    best = serializers.IntegerField(allow_null=True, help_text="The version that is better; null where none is marked.")
    is_tie = serializers.BooleanField(help_text="Others have the same value; the oldest is marked.")


class ComparedFactOut(serializers.Serializer):
    name = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField(allow_blank=True))
    differs = serializers.BooleanField()


class ComparedParameterOut(serializers.Serializer):
    name = serializers.CharField()
    values = serializers.ListField(child=serializers.JSONField(allow_null=True))
    differs = serializers.BooleanField()


class ComparisonOut(serializers.Serializer):
    versions = serializers.ListField(child=serializers.IntegerField())
    primary_metric = serializers.CharField(allow_null=True)
    metrics = ComparedMetricOut(many=True)
    facts = ComparedFactOut(many=True)
    parameters = ComparedParameterOut(many=True, allow_null=True, help_text="Null unless they are asked for.")


class ModelBestView(APIView):
    """The best version by the model's primary metric; of equal values the older one."""

    required_permissions = {"GET": "registry.view_modelversion"}

    @extend_schema(operation_id="model_best_retrieve", responses=BestOut)
    def get(self, request: Request, name: str) -> Response:
        model = model_named(request, name)
        best = best_of(model)
        if best is None:
            raise NotFound(
                f"No version of {model} says a number for {model.primary_metric or 'a metric'}. Upload one with "
                "metrics, or choose another primary metric.",
                code="model.no_best",
            )
        version: Any = model_version(request, name, best.number)
        viewing.version(request, version, "best")
        primary = best.primary
        version.ranking = {
            "metric": primary.metric,
            "direction": primary.direction,
            "value": best.value,
            "is_proposed": primary.is_proposed,
        }
        return Response(BestOut(version).data)


class ModelCompareView(APIView):
    """Metrics of several versions side by side."""

    required_permissions = {"GET": "registry.view_modelversion"}

    @extend_schema(
        operation_id="model_compare",
        parameters=[
            OpenApiParameter("versions", str, required=True, description="Two to eight numbers: 1,3,4"),
            OpenApiParameter("parameters", bool, description="true: decrypt the parameters too, which is recorded."),
        ],
        responses=ComparisonOut,
    )
    def get(self, request: Request, name: str) -> Response:
        model = model_named(request, name)
        numbers = asked_numbers(request.query_params.get("versions", "").split(","))
        asked = ModelVersion.objects.visible_to(request.user).filter(model=model, number__in=numbers)
        versions = {version.number: version for version in with_facts(asked, request.user)}
        for number in numbers:
            if number not in versions:
                raise NotFound(f"There is no version {number} of {model}.", code="version.not_found", field="versions")
        primary = primary_metric(model)
        viewing.comparison(request, model, numbers)
        rows = compare(
            [versions[number].metrics for number in numbers],
            model.metric_directions,
            model.task_type,
            primary.metric if primary else "",
        )
        metrics = [
            {
                "name": row.name,
                "direction": row.direction,
                "values": row.values,
                "best": None if row.best is None else numbers[row.best],
                "is_tie": row.is_tie,
            }
            for row in rows
        ]
        return Response(
            {
                "versions": numbers,
                "primary_metric": primary.metric if primary else None,
                "metrics": metrics,
                "facts": [
                    {"name": fact.name, "values": fact.values, "differs": fact.differs}
                    for fact in compared_facts([versions[number] for number in numbers], request.user)
                ],
                "parameters": _parameters(request, [versions[number] for number in numbers]),
            }
        )


def _parameters(request: Request, versions: list[ModelVersion]) -> list[dict[str, Any]] | None:
    if request.query_params.get("parameters") != "true":
        return None
    rows = read_parameters_of(request, versions)
    return [{"name": row.name, "values": row.values, "differs": row.differs} for row in rows]


def asked_numbers(texts: list[str]) -> list[int]:
    """Two to eight version numbers, oldest first. Raises Invalid."""
    numbers = {int(text) for text in texts if text.strip().isascii() and text.strip().isdigit() and len(text) < 10}
    if not 2 <= len(numbers) <= MOST_COMPARED or len(numbers) < len({text for text in texts if text.strip()}):
        raise Invalid(
            f"Name two to {MOST_COMPARED} different versions by number, such as 1,3.",
            code="comparison.versions",
            field="versions",
        )
    return sorted(numbers)
