"""Storage locations, and where versions lie and whether they are sound there, over REST."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.jobs.api import JobOut
from registry import viewing
from registry.api.lookup import dataset_version, model_named, model_version
from registry.grants.gate import require_change
from registry.locations.models import StorageLocation
from registry.models import DatasetVersion, ModelVersion, RegisteredModel

from . import changes
from .asking import ask_to_compare, ask_to_fill
from .figures import last_runs, with_usage
from .repairing import repair_version
from .serializers import (
    LocationChangeIn,
    LocationIn,
    LocationOut,
    PlacesOut,
    PolicyIn,
    PolicyOut,
    ProbeOut,
    VersionVerificationOut,
    places_of,
)
from .verifying import copies_of, enqueue_verification, files_of, is_large, verify_version

VERIFY_RESPONSES = {200: VersionVerificationOut, 202: JobOut}
_VIEW = "locations.view_storagelocation"
_CHANGE = "locations.change_storagelocation"


def _location(request: Request, name: str) -> StorageLocation:
    visible = with_usage(StorageLocation.objects.visible_to(request.user)).select_related("secret")
    return get_object_or_404(visible, name=name)


def _shown(location: StorageLocation) -> Any:
    return LocationOut(location, context={"runs": last_runs()}).data


class LocationsView(ListAPIView):
    """Storage locations with what lies there."""

    required_permissions = {"GET": _VIEW, "POST": "locations.add_storagelocation"}
    serializer_class = LocationOut
    queryset = StorageLocation.objects.none()

    def get_queryset(self) -> "QuerySet[StorageLocation]":
        return with_usage(StorageLocation.objects.visible_to(self.request.user)).select_related("secret")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "runs": last_runs()}

    @extend_schema(request=LocationIn, responses={201: LocationOut})
    def post(self, request: Request) -> Response:
        """Add a location; a job copies to it what it shall hold."""
        data = LocationIn(data=request.data)
        data.is_valid(raise_exception=True)
        location = changes.add_location(**data.validated_data, actor=request.actor)
        return Response(_shown(location), status=201)


class LocationView(APIView):
    """One storage location."""

    required_permissions = {"GET": _VIEW, "PATCH": _CHANGE}

    @extend_schema(operation_id="storage_locations_retrieve", responses=LocationOut)
    def get(self, request: Request, name: str) -> Response:
        location = _location(request, name)
        viewing.location(request, location)
        return Response(_shown(location))

    @extend_schema(operation_id="storage_locations_update", request=LocationChangeIn, responses=LocationOut)
    def patch(self, request: Request, name: str) -> Response:
        data = LocationChangeIn(data=request.data)
        data.is_valid(raise_exception=True)
        changes.change_location(_location(request, name), **data.validated_data, actor=request.actor)
        return Response(_shown(_location(request, name)))


class LocationTestView(APIView):
    """Writes, reads and removes a small file there."""

    required_permissions = {"POST": "locations.test_storagelocation"}

    @extend_schema(operation_id="storage_locations_test", request=None, responses=ProbeOut)
    def post(self, request: Request, name: str) -> Response:
        works, text, took_ms = changes.test_location(_location(request, name), actor=request.actor)
        return Response({"works": works, "result": text, "latency_ms": took_ms})


class LocationPrimaryView(APIView):
    """New files go there from now on."""

    required_permissions = {"POST": _CHANGE}

    @extend_schema(operation_id="storage_locations_set_primary", request=None, responses=LocationOut)
    def post(self, request: Request, name: str) -> Response:
        changes.set_primary(_location(request, name), actor=request.actor)
        return Response(_shown(_location(request, name)))


class LocationDisableView(APIView):
    """No more copies are made there."""

    required_permissions = {"POST": _CHANGE}

    @extend_schema(operation_id="storage_locations_disable", request=None, responses=LocationOut)
    def post(self, request: Request, name: str) -> Response:
        changes.disable(_location(request, name), actor=request.actor)
        return Response(_shown(_location(request, name)))


class LocationEnableView(APIView):
    """Copies are made there again."""

    required_permissions = {"POST": _CHANGE}

    @extend_schema(operation_id="storage_locations_enable", request=None, responses=LocationOut)
    def post(self, request: Request, name: str) -> Response:
        changes.enable(_location(request, name), actor=request.actor)
        return Response(_shown(_location(request, name)))


class LocationBackfillView(APIView):
    """Has a worker make every copy that is missing there."""

    required_permissions = {"POST": _CHANGE}

    @extend_schema(operation_id="storage_locations_backfill", request=None, responses={202: JobOut})
    def post(self, request: Request, name: str) -> Response:
        job = ask_to_fill(_location(request, name), actor=request.actor)
        return Response(JobOut(job).data, status=202)


class LocationReconcileView(APIView):
    """Has a worker compare what lies there with the rows."""

    required_permissions = {"POST": _CHANGE}

    @extend_schema(operation_id="storage_locations_reconcile", request=None, responses={202: JobOut})
    def post(self, request: Request, name: str) -> Response:
        job = ask_to_compare(_location(request, name), actor=request.actor)
        return Response(JobOut(job).data, status=202)


class ModelPolicyView(APIView):
    """Where the versions of a model shall lie."""

    required_permissions = {"GET": "registry.view_registeredmodel", "PUT": "registry.change_registeredmodel"}

    @extend_schema(operation_id="model_replication_retrieve", responses=PolicyOut)
    def get(self, request: Request, name: str) -> Response:
        model = model_named(request, name)
        viewing.model(request, model, "locations")
        return Response(self._shown(model))

    @extend_schema(operation_id="model_replication_update", request=PolicyIn, responses=PolicyOut)
    def put(self, request: Request, name: str) -> Response:
        data = PolicyIn(data=request.data)
        data.is_valid(raise_exception=True)
        model = model_named(request, name)
        require_change(request, model)
        return Response(self._shown(changes.set_policy(model, **data.validated_data, actor=request.actor)))

    def _shown(self, model: RegisteredModel) -> dict[str, Any]:
        names = list(model.replicate_to.order_by("name").values_list("name", flat=True))
        return {"locations": names, "min_replicas": model.min_replicas}


class ModelLocationsView(APIView):
    """Where a version lies, and what the last reading of each copy has shown."""

    required_permissions = {"GET": "registry.view_modelversion"}

    @extend_schema(operation_id="model_version_locations", responses=PlacesOut)
    def get(self, request: Request, name: str, number: int) -> Response:
        version = model_version(request, name, number)
        viewing.version(request, version, "locations")
        return Response(_places(version, version.model.min_replicas))


class DatasetLocationsView(APIView):
    """Where a version lies, and what the last reading of each copy has shown."""

    required_permissions = {"GET": "registry.view_datasetversion"}

    @extend_schema(operation_id="dataset_version_locations", responses=PlacesOut)
    def get(self, request: Request, name: str, number: int) -> Response:
        version = dataset_version(request, name, number)
        viewing.dataset_version(request, version, "locations")
        return Response(_places(version, 1))


class ModelRepairView(APIView):
    """Has the copies in one location made again that are missing, damaged or failed."""

    required_permissions = {"POST": "registry.verify_artifact"}

    @extend_schema(operation_id="model_version_repair", request=None, responses={202: PlacesOut})
    def post(self, request: Request, name: str, number: int, location: str) -> Response:
        version = model_version(request, name, number)
        repair_version(version, location, actor=request.actor)
        return Response(_places(version, version.model.min_replicas), status=202)


class DatasetRepairView(APIView):
    """Has the copy in one location made again that is missing, damaged or failed."""

    required_permissions = {"POST": "registry.verify_artifact"}

    @extend_schema(operation_id="dataset_version_repair", request=None, responses={202: PlacesOut})
    def post(self, request: Request, name: str, number: int, location: str) -> Response:
        version = dataset_version(request, name, number)
        repair_version(version, location, actor=request.actor)
        return Response(_places(version, 1), status=202)


def _places(version: ModelVersion | DatasetVersion, min_replicas: int) -> Any:
    artifacts = files_of(version)
    return PlacesOut(places_of(artifacts, copies_of(artifacts), min_replicas)).data


def verify_response(request: Request, version: ModelVersion | DatasetVersion) -> Response:
    """What reading every copy has shown; of large files a job (202) that a worker does."""
    if is_large(version):
        job = enqueue_verification(version, actor=request.actor)
        return Response(JobOut(job).data, status=202)
    return Response(VersionVerificationOut(verify_version(version, actor=request.actor)).data)
