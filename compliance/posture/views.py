"""What holds for one model or one pipeline, with the sum that makes its score."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .standing import posture_of

VIEW_MODEL, VIEW_PIPELINE = "registry.view_registeredmodel", "audit.view_auditevent"


@require_safe
@login_required
@permission_required(VIEW_MODEL, raise_exception=True)
def model_posture(request: HttpRequest, name: str) -> HttpResponse:
    """For everybody who may see the model."""
    return _page(request, "models", name)


@require_safe
@login_required
@permission_required(VIEW_PIPELINE, raise_exception=True)
def pipeline_posture(request: HttpRequest, name: str) -> HttpResponse:
    """For those who may see what pipelines did."""
    return _page(request, "pipelines", name)


def _page(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    return render(request, "posture/one.html", {"kind": kind, "posture": posture_of(kind, name, request.user)})
