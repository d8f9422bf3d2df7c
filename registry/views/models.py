"""Pages of models and their versions."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from compliance.audit import timeline
from modelops.lib.errors import DomainError
from modelops.lib.pages import choice_filter, keyset_page
from registry import services
from registry.downloads import download_response
from registry.formats import label_of
from registry.forms import ModelForm, VersionForm
from registry.history import history
from registry.metric_table import metric_table
from registry.models import ModelVersion, RegisteredModel, TaskType

from .outcomes import say_verification
from .uploading import upload_page

SHOWN_TILES = 6


@require_safe
@login_required
@permission_required("registry.view_registeredmodel", raise_exception=True)
def model_list(request: HttpRequest) -> HttpResponse:
    """Registered models, newest first."""
    task = choice_filter(request, "task", "Task", TaskType.choices)
    query = request.GET.get("q", "").strip()[:100]
    models = RegisteredModel.objects.visible_to(request.user).matching(query).with_latest_version()
    if task["value"]:
        models = models.filter(task_type=task["value"])
    page = keyset_page(request, models.select_related("owner"), order_by="-id")
    return render(request, "registry/model_list.html", {"page": page, "filters": [task], "query": query})


@login_required
@permission_required("registry.add_registeredmodel", raise_exception=True)
def model_new(request: HttpRequest) -> HttpResponse:
    """Register a model."""
    form = ModelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            model = services.register_model(**form.cleaned_data, actor=request.actor)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"{model} is registered. Add its first version.")
            return redirect(model)
    return render(request, "registry/model_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@login_required
@permission_required("registry.view_registeredmodel", raise_exception=True)
def model_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One model with its versions and what the ledger says of them."""
    models = RegisteredModel.objects.visible_to(request.user).select_related("owner").with_latest_version()
    model = get_object_or_404(models, name=name)
    versions = ModelVersion.objects.visible_to(request.user).filter(model=model)
    versions = versions.select_related("artifact", "created_by", "model")
    page = keyset_page(request, versions, order_by="-number")
    for version in page.rows:
        version.format_label = label_of(version.file_format)
    return render(request, "registry/model_detail.html", {"model": model, "page": page, "events": history(model)})


@upload_page("registry.add_modelversion")
def version_new(request: HttpRequest, name: str) -> HttpResponse:
    """Upload a version; the file is sealed while the body is read."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = VersionForm(*sent, user=request.user)
    if form.is_valid():
        said = form.cleaned_data
        try:
            version = services.add_version(
                model,
                said["file"],
                **{what: said[what] for what in ("metrics", "parameters", "tags", "datasets")},
                actor=request.actor,
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"{version} is stored, encrypted.")
            return redirect(version)
    context = {"model": model, "form": form}
    return render(request, "registry/version_new.html", context, status=422 if form.is_bound else 200)


@require_safe
@login_required
@permission_required("registry.view_modelversion", raise_exception=True)
def version_detail(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One version: its facts, file, lineage and history."""
    return _version_page(request, _version(request, name, number))


@require_POST
@login_required
@permission_required("registry.view_parameters", raise_exception=True)
def version_parameters(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The same page with the decrypted parameters; a POST, because reading them is recorded."""
    version = _version(request, name, number)
    parameters = services.read_parameters(version, actor=request.actor)
    return _version_page(request, version, parameters=parameters, shows_parameters=True)


@require_POST
@login_required
@permission_required("registry.verify_artifact", raise_exception=True)
def version_verify(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Read the stored file back and say what was found."""
    version = _version(request, name, number)
    say_verification(request, services.verify_version(version, actor=request.actor))
    return redirect(version)


@require_POST
@login_required
@permission_required("registry.download_artifact", raise_exception=True)
def version_file(request: HttpRequest, name: str, number: int) -> HttpResponseBase:
    """The decrypted file; a POST, because every download is recorded."""
    version = _version(request, name, number)
    return download_response(request, version, actor=request.actor)


def _version(request: HttpRequest, name: str, number: int) -> ModelVersion:
    versions = ModelVersion.objects.visible_to(request.user).select_related("model__owner", "artifact", "created_by")
    return get_object_or_404(versions.prefetch_related("datasets__dataset"), model__name=name, number=number)


def _version_page(request: HttpRequest, version: ModelVersion, **more: Any) -> HttpResponse:
    context = {
        "version": version,
        "model": version.model,
        "artifact": version.artifact,
        "format_label": label_of(version.file_format),
        "metrics": metric_table(version.metrics),
        "tiles": sorted(version.metrics.items()) if len(version.metrics) <= SHOWN_TILES else [],
        "tags": sorted(version.tags.items()),
        "has_parameters": ModelVersion.objects.filter(pk=version.pk, parameters__isnull=False).exists(),
        "may_download": services.may_download(version, actor=request.actor),
        "events": timeline(version),
    }
    return render(request, "registry/version_detail.html", {**context, **more})
