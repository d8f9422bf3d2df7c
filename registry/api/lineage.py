"""Lineage both ways: what was made of data, and what a version was made of."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import viewing
from registry.lineage.tracing import MOST_MADE, Made, made_from, trace
from registry.models import DatasetVersion
from registry.serializers import DatasetReferenceOut, ModelReferenceOut

from .lookup import dataset_named, model_version


class MadeOut(serializers.Serializer):
    model = serializers.CharField()
    version = serializers.IntegerField()
    dataset_version = serializers.IntegerField()
    state = serializers.CharField()
    risk_class = serializers.CharField()
    owner = serializers.CharField(allow_null=True)
    aliases = serializers.ListField(child=serializers.CharField(), help_text="The stage: aliases that point at it.")
    created_at = serializers.DateTimeField()


class MadeFromOut(serializers.Serializer):
    dataset = serializers.CharField()
    version = serializers.IntegerField(allow_null=True, help_text="Null: of any version.")
    truncated = serializers.BooleanField(help_text=f"There are more than {MOST_MADE}.")
    model_versions = MadeOut(many=True)


class SiblingOut(serializers.Serializer):
    model = serializers.CharField()
    version = serializers.IntegerField()
    shares = DatasetReferenceOut(many=True)


class VersionLineageOut(serializers.Serializer):
    model = serializers.CharField()
    version = serializers.IntegerField()
    source_commit = serializers.CharField(allow_blank=True)
    run_reference = serializers.CharField(allow_blank=True)
    complete = serializers.BooleanField()
    missing = serializers.ListField(child=serializers.CharField())
    datasets = DatasetReferenceOut(many=True)
    hidden_datasets = serializers.IntegerField(help_text="Dataset versions that one may not see.")
    aliases = serializers.ListField(child=serializers.CharField())
    siblings = SiblingOut(many=True, help_text="Other versions that were made of the same data, newest first.")
    more_siblings = serializers.BooleanField()


def _answer(dataset: str, version: int | None, made: list[Made]) -> Response:
    # Written row by row: a serializer for each of ten thousand rows costs more than finding them.
    rows = [{**_row(one), "created_at": one.created_at} for one in made[:MOST_MADE]]
    found = {"dataset": dataset, "version": version, "truncated": len(made) > MOST_MADE, "model_versions": rows}
    return Response(found)


def _row(one: Made) -> dict[str, Any]:
    return {
        "model": one.model,
        "version": one.version,
        "dataset_version": one.dataset_version,
        "state": one.state,
        "risk_class": one.risk_class,
        "owner": one.owner,
        "aliases": one.aliases,
    }


class DatasetVersionLineageView(APIView):
    """Every model version that was made of a dataset version."""

    required_permissions = {"GET": "registry.view_datasetversion"}

    @extend_schema(operation_id="dataset_version_lineage", responses=MadeFromOut)
    def get(self, request: Request, name: str, number: int) -> HttpResponse:
        # Not by `lookup.dataset_version`, which fetches versions that are given here in another way.
        versions = DatasetVersion.objects.visible_to(request.user).select_related("dataset")
        version = get_object_or_404(versions, dataset__name=name, number=number)
        viewing.dataset_version(request, version, "lineage")
        return _answer(name, number, made_from(request.user, version=version))


class DatasetImpactView(APIView):
    """Every model version that was made of any version of a dataset, with where it is in use."""

    required_permissions = {"GET": "registry.view_dataset"}

    @extend_schema(operation_id="dataset_impact", responses=MadeFromOut)
    def get(self, request: Request, name: str) -> HttpResponse:
        dataset = dataset_named(request, name)
        viewing.dataset(request, dataset, "impact")
        return _answer(name, None, made_from(request.user, dataset=dataset))


class ModelVersionLineageView(APIView):
    """Data, origin, siblings and aliases of a version."""

    required_permissions = {"GET": "registry.view_modelversion"}

    @extend_schema(operation_id="model_version_lineage", responses=VersionLineageOut)
    def get(self, request: Request, name: str, number: int) -> Response:
        version = model_version(request, name, number)
        viewing.version(request, version, "lineage")
        found = trace(request.user, version)
        return Response(
            {
                "model": name,
                "version": number,
                "source_commit": version.source_commit,
                "run_reference": version.run_reference,
                "complete": not found.missing,
                "missing": found.missing,
                "datasets": DatasetReferenceOut(found.datasets, many=True).data,
                "hidden_datasets": found.hidden_datasets,
                "aliases": found.aliases,
                "siblings": [
                    {**ModelReferenceOut(one).data, "shares": DatasetReferenceOut(shared, many=True).data}
                    for one, shared in found.siblings
                ],
                "more_siblings": found.more_siblings,
            }
        )
