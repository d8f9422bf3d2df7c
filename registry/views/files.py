"""Files of versions that are directories."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from registry.archives import archive_response, file_of
from registry.downloads import download_response
from registry.models import ModelVersion


@require_POST
@login_required
def version_part(request: HttpRequest, name: str, number: int, path: str) -> HttpResponseBase:
    """One decrypted file; a POST, because every download is recorded."""
    version = _version(request, name, number)
    return download_response(request, version, actor=request.actor, artifact=file_of(version, path).artifact)


@require_POST
@login_required
def version_archive(request: HttpRequest, name: str, number: int) -> HttpResponseBase:
    """All decrypted files as one zip; a POST, because every download is recorded."""
    return archive_response(request, _version(request, name, number), actor=request.actor)


def _version(request: HttpRequest, name: str, number: int) -> ModelVersion:
    versions = ModelVersion.objects.visible_to(request.user).select_related("model", "artifact")
    return get_object_or_404(versions, model__name=name, number=number)
