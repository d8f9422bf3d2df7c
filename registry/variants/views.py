"""Asking for and downloading variants from the page of a version."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from modelops.lib.errors import DomainError
from registry.downloads import download_response
from registry.grants.gate import require_change
from registry.models import ModelVersion

from . import services
from .api import artifact_of
from .models import Variant


@require_POST
@login_required
@permission_required("variants.add_variant", raise_exception=True)
def variant_new(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Have a worker derive a variant of this version."""
    versions = ModelVersion.objects.visible_to(request.user).select_related("model", "artifact")
    version = get_object_or_404(versions, model__name=name, number=number)
    require_change(request, version.model)
    options = {"allow_overflow": True} if request.POST.get("allow_overflow") else {}
    try:
        variant = services.ask_for_variant(version, request.POST.get("kind", ""), options=options, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{variant} is being made. It appears here when it is ready.")
    return redirect(f"{version.get_absolute_url()}#variants")


@require_POST
@login_required
def variant_file(request: HttpRequest, name: str, number: int, pk: uuid.UUID) -> HttpResponseBase:
    """The decrypted file; a POST, because every download is recorded."""
    versions = ModelVersion.objects.visible_to(request.user).select_related("model", "artifact")
    version = get_object_or_404(versions, model__name=name, number=number)
    variant = get_object_or_404(Variant.objects.select_related("artifact"), version=version, pk=pk)
    return download_response(request, version, artifact=artifact_of(variant), actor=request.actor)
