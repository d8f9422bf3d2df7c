"""The page on which an object of a data source becomes a dataset version."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from modelops.lib.errors import DomainError
from registry.artifacts.expected_digest import ExpectedDigest
from registry.grants.gate import require_change
from registry.models import Dataset

from .forms import ImportForm
from .importing import ask_for_import
from .listing import objects_for
from .models import DataSource
from .reading import MOST_LISTED


@login_required
@permission_required("registry.add_datasetversion", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: HttpRequest, name: str) -> HttpResponse:
    """Look into a source, choose an object, have it read by a worker."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), name=name)
    require_change(request, dataset)
    sources = DataSource.objects.readable_by(request.user)
    initial = {field: request.GET.get(field, "")[:1024] for field in ("source", "key", "tag")}
    form = ImportForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    if form.is_valid():
        said = form.cleaned_data
        try:
            row = ask_for_import(
                dataset,
                said["source"],
                said["key"],
                tag=said["tag"],
                expected=ExpectedDigest.from_hex({"sha256": said["sha256"]}),
                subject_column=said["subject_column"],
                user=request.user,
                actor=request.actor,
            )
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "A worker reads the object. The version appears when it is whole.")
            return redirect("jobs:detail", row.job_id)
    context: dict[str, Any] = {"dataset": dataset, "form": form, "sources": sources, "most": MOST_LISTED}
    source = None if form.is_bound else sources.filter(name=initial["source"]).first()
    if source is not None:
        context["source"], context["prefix"] = source, request.GET.get("prefix", "")[:1024]
        try:
            context["objects"] = objects_for(request, source, context["prefix"])
        except DomainError as refusal:
            context["refusal"] = refusal.message
    return render(request, "sources/import_new.html", context, status=422 if form.is_bound else 200)
