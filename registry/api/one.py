"""One model, dataset or version: to look at, to change, to delete and to restore."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import deletion, viewing
from registry.grants import services as access
from registry.grants.gate import require_change, require_managing
from registry.models import Dataset, DatasetVersion, ModelVersion, RegisteredModel, RiskClass
from registry.ranking.services import choose_metric
from registry.serializers import DatasetOut, DatasetVersionOut, ModelVersionOut, RegisteredModelOut
from registry.services.describing import classify, describe

from .lookup import dataset_named, dataset_version, model_named, model_version
from .strict import StrictSerializer

DELETED = OpenApiParameter("deleted", bool, description="true: look among the deleted, for who may restore them.")
REASON = OpenApiParameter("reason", str, description="Why it is deleted; may also stand in a JSON body.")


class ReasonIn(StrictSerializer):
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class DescriptionIn(StrictSerializer):
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    is_restricted = serializers.BooleanField(required=False, help_text="Only the owner and named people see it.")
    owner = serializers.CharField(max_length=150, required=False, help_text="Name of the account that owns it.")


class ModelChangeIn(DescriptionIn):
    needs_step_up = serializers.BooleanField(required=False, help_text="Files ask for a fresh second factor.")
    purpose = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    risk_class = serializers.CharField(max_length=100, required=False, help_text=", ".join(RiskClass.values))
    primary_metric = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    metric_directions = serializers.DictField(
        child=serializers.CharField(max_length=20, allow_blank=True),
        required=False,
        help_text='{"rmse": "minimise"}; "" takes a stored direction away.',
    )


_ACCESS = ("is_restricted", "needs_step_up", "owner")


def _change(request: Request, row: RegisteredModel | Dataset, form: type[StrictSerializer]) -> None:
    """Change what is given; access only by who decides on it, before anything is changed."""
    data = form(data=request.data)
    data.is_valid(raise_exception=True)
    given = dict(data.validated_data)
    decided: dict[str, Any] = {name: given.pop(name) for name in _ACCESS if name in given}
    if decided:
        require_managing(request, row)
        if "owner" in decided:
            decided["owner"] = access.holder_named(user=decided["owner"])
    if given:
        require_change(request, row)
    if "description" in given:
        describe(row, given["description"], actor=request.actor)
    if isinstance(row, RegisteredModel) and given.keys() & {"purpose", "risk_class"}:
        classify(row, purpose=given.get("purpose"), risk_class=given.get("risk_class"), actor=request.actor)
    if isinstance(row, RegisteredModel) and given.keys() & {"primary_metric", "metric_directions"}:
        choose_metric(
            row, primary=given.get("primary_metric"), directions=given.get("metric_directions"), actor=request.actor
        )
    if decided:
        access.change_access(row, **decided, actor=request.actor)


def _delete(request: Request, row: Any, governed: RegisteredModel | Dataset) -> Any:
    """Delete ``row``, which then says since when, until when and why."""
    require_change(request, governed)
    data = ReasonIn(data=request.data)
    data.is_valid(raise_exception=True)
    reason = data.validated_data["reason"] or request.query_params.get("reason", "")
    deleted = deletion.delete(row, reason, actor=request.actor)
    for name in ("deleted_at", "purge_after", "deletion_reason"):
        setattr(row, name, getattr(deleted, name))
    return row


class ModelView(APIView):
    """One registered model."""

    required_permissions = {
        "GET": "registry.view_registeredmodel",
        "PATCH": "registry.change_registeredmodel",
        "DELETE": "registry.delete_registeredmodel",
    }

    @extend_schema(operation_id="model_retrieve", parameters=[DELETED], responses=RegisteredModelOut)
    def get(self, request: Request, name: str) -> Response:
        model = model_named(request, name)
        viewing.model(request, model)
        return Response(RegisteredModelOut(model).data)

    @extend_schema(operation_id="model_change", request=ModelChangeIn, responses=RegisteredModelOut)
    def patch(self, request: Request, name: str) -> Response:
        """Change what is sent. Access is changed by the owner, and by who manages all access."""
        _change(request, model_named(request, name), ModelChangeIn)
        return Response(RegisteredModelOut(model_named(request, name)).data)

    @extend_schema(
        operation_id="model_delete", request=ReasonIn, parameters=[REASON], responses={200: RegisteredModelOut}
    )
    def delete(self, request: Request, name: str) -> Response:
        """Delete the model with its versions for a while; a reason is needed."""
        model = model_named(request, name)
        return Response(RegisteredModelOut(_delete(request, model, model)).data)


class ModelRestoreView(APIView):
    """Brings a deleted model back with its versions."""

    required_permissions = {"POST": "registry.delete_registeredmodel"}

    @extend_schema(operation_id="model_restore", request=None, responses=RegisteredModelOut)
    def post(self, request: Request, name: str) -> Response:
        model = _among_deleted(request, RegisteredModel, name=name)
        require_change(request, model)
        return Response(RegisteredModelOut(deletion.restore(model, actor=request.actor)).data)


class ModelVersionView(APIView):
    """One version of a model."""

    required_permissions = {"GET": "registry.view_modelversion", "DELETE": "registry.delete_modelversion"}

    @extend_schema(operation_id="model_version_retrieve", parameters=[DELETED], responses=ModelVersionOut)
    def get(self, request: Request, name: str, number: int) -> Response:
        version = model_version(request, name, number)
        viewing.version(request, version)
        return Response(ModelVersionOut(version).data)

    @extend_schema(
        operation_id="model_version_delete", request=ReasonIn, parameters=[REASON], responses={200: ModelVersionOut}
    )
    def delete(self, request: Request, name: str, number: int) -> Response:
        """Delete the version for a while; a reason is needed. Its number is never given out again."""
        version = model_version(request, name, number)
        return Response(ModelVersionOut(_delete(request, version, version.model)).data)


class ModelVersionRestoreView(APIView):
    """Brings a deleted version back."""

    required_permissions = {"POST": "registry.delete_modelversion"}

    @extend_schema(operation_id="model_version_restore", request=None, responses=ModelVersionOut)
    def post(self, request: Request, name: str, number: int) -> Response:
        version = _among_deleted(request, ModelVersion, model__name=name, number=number)
        require_change(request, version.model)
        deletion.restore(version, actor=request.actor)
        return Response(ModelVersionOut(model_version(request, name, number)).data)


class DatasetView(APIView):
    """One dataset."""

    required_permissions = {
        "GET": "registry.view_dataset",
        "PATCH": "registry.change_dataset",
        "DELETE": "registry.delete_dataset",
    }

    @extend_schema(operation_id="dataset_retrieve", parameters=[DELETED], responses=DatasetOut)
    def get(self, request: Request, name: str) -> Response:
        dataset = dataset_named(request, name)
        viewing.dataset(request, dataset)
        return Response(DatasetOut(dataset).data)

    @extend_schema(operation_id="dataset_change", request=DescriptionIn, responses=DatasetOut)
    def patch(self, request: Request, name: str) -> Response:
        """Change what is sent. Access is changed by the owner, and by who manages all access."""
        _change(request, dataset_named(request, name), DescriptionIn)
        return Response(DatasetOut(dataset_named(request, name)).data)

    @extend_schema(operation_id="dataset_delete", request=ReasonIn, parameters=[REASON], responses={200: DatasetOut})
    def delete(self, request: Request, name: str) -> Response:
        """Delete the dataset with its versions for a while; a reason is needed."""
        dataset = dataset_named(request, name)
        return Response(DatasetOut(_delete(request, dataset, dataset)).data)


class DatasetRestoreView(APIView):
    """Brings a deleted dataset back with its versions."""

    required_permissions = {"POST": "registry.delete_dataset"}

    @extend_schema(operation_id="dataset_restore", request=None, responses=DatasetOut)
    def post(self, request: Request, name: str) -> Response:
        dataset = _among_deleted(request, Dataset, name=name)
        require_change(request, dataset)
        return Response(DatasetOut(deletion.restore(dataset, actor=request.actor)).data)


class DatasetVersionView(APIView):
    """One version of a dataset."""

    required_permissions = {"GET": "registry.view_datasetversion", "DELETE": "registry.delete_datasetversion"}

    @extend_schema(operation_id="dataset_version_retrieve", parameters=[DELETED], responses=DatasetVersionOut)
    def get(self, request: Request, name: str, number: int) -> Response:
        version = dataset_version(request, name, number)
        viewing.dataset_version(request, version)
        return Response(DatasetVersionOut(version).data)

    @extend_schema(
        operation_id="dataset_version_delete", request=ReasonIn, parameters=[REASON], responses={200: DatasetVersionOut}
    )
    def delete(self, request: Request, name: str, number: int) -> Response:
        """Delete the version for a while; a reason is needed. Its number is never given out again."""
        version = dataset_version(request, name, number)
        return Response(DatasetVersionOut(_delete(request, version, version.dataset)).data)


class DatasetVersionRestoreView(APIView):
    """Brings a deleted version back."""

    required_permissions = {"POST": "registry.delete_datasetversion"}

    @extend_schema(operation_id="dataset_version_restore", request=None, responses=DatasetVersionOut)
    def post(self, request: Request, name: str, number: int) -> Response:
        version = _among_deleted(request, DatasetVersion, dataset__name=name, number=number)
        require_change(request, version.dataset)
        deletion.restore(version, actor=request.actor)
        return Response(DatasetVersionOut(dataset_version(request, name, number)).data)


def _among_deleted(request: Request, kind: Any, **key: Any) -> Any:
    """A row, deleted or not (the service refuses to restore what is not); 404 for what one may not see."""
    return get_object_or_404(kind.objects.known_to(request.user), **key)
