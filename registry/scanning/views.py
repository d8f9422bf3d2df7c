"""Having a version scanned again from its page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from registry.grants.gate import require_change
from registry.models import ModelVersion

from . import services


@require_POST
@login_required
@permission_required("scanning.change_inspection", raise_exception=True)
def scan_again(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Ask for another scan of the version and its variants."""
    versions = ModelVersion.objects.visible_to(request.user).select_related("model", "artifact")
    version = get_object_or_404(versions, model__name=name, number=number)
    require_change(request, version.model)
    services.ask_for_version(version, actor=request.actor)
    messages.success(request, f"{version} is being scanned. Its verdict appears here.")
    return redirect(f"{version.get_absolute_url()}#scan")
