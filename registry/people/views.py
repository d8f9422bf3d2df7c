"""Saying on the page of a dataset which column names people."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from registry.grants.gate import require_change
from registry.models import Dataset

from . import indexing


@require_POST
@login_required
@permission_required("registry.add_datasetversion", raise_exception=True)
def subject_column(request: HttpRequest, name: str) -> HttpResponse:
    """Name the column; its index is made by a job."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), name=name)
    require_change(request, dataset)
    row = indexing.declare(dataset, request.POST.get("column", "").strip(), actor=request.actor)
    messages.success(request, f"Rows of {dataset} are about the person in {row.column}. The index is being made.")
    return redirect(dataset)
