"""Where versions lie: having a copy made again."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from registry.models import DatasetVersion, ModelVersion
from registry.replication.repairing import repair_version


@require_POST
@login_required
@permission_required("registry.verify_artifact", raise_exception=True)
def model_version_repair(request: HttpRequest, name: str, number: int, location: str) -> HttpResponse:
    """Copy the files of a model version to the location again."""
    versions = ModelVersion.objects.visible_to(request.user).select_related("model", "artifact")
    return _repair(request, get_object_or_404(versions, model__name=name, number=number), location)


@require_POST
@login_required
@permission_required("registry.verify_artifact", raise_exception=True)
def dataset_version_repair(request: HttpRequest, name: str, number: int, location: str) -> HttpResponse:
    """Copy the file of a dataset version to the location again."""
    versions = DatasetVersion.objects.visible_to(request.user).select_related("dataset", "artifact")
    return _repair(request, get_object_or_404(versions, dataset__name=name, number=number), location)


def _repair(request: HttpRequest, version: Any, location: str) -> HttpResponse:
    number = repair_version(version, location, actor=request.actor)
    messages.success(request, f"{number} file(s) are copied to {location} again; a worker is at it.")
    return redirect(version)
