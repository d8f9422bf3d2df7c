"""Pages of models and their versions."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from compliance.audit.history import timeline_page
from modelops.lib.errors import DomainError
from modelops.lib.pages import choice_filter, keyset_page, with_parameter
from registry import services, viewing
from registry.downloads import download_response
from registry.formats import label_of
from registry.forms import ModelForm, VersionForm
from registry.grants.gate import require_change, require_reading
from registry.grants.rules import may_download
from registry.history import files_of, history
from registry.labels.services import shown_model_tags, shown_tags
from registry.lineage import trained_on
from registry.lineage.graph import draw
from registry.lineage.tracing import trace
from registry.listing import SORT_LABELS, SORTS, narrowed
from registry.listing.models import MODEL_FILTERS
from registry.metric_table import metric_table
from registry.models import FilteredList, ModelVersion, RegisteredModel
from registry.ranking.best import best_of_each

from .outcomes import verify_and_say
from .searching import NarrowingForm, narrowing
from .uploading import chosen, upload_page

SHOWN_TILES = 6


@require_safe
@login_required
@permission_required("registry.view_registeredmodel", raise_exception=True)
def model_list(request: HttpRequest) -> HttpResponse:
    """Registered models, narrowed and sorted as the address says; newest first."""
    filters = [
        choice_filter(request, "owner", "Owner", [("me", "Mine")], all_label="Everybody's"),
        choice_filter(request, "quarantined", "State", [("true", "Quarantined")], all_label="Any state"),
    ]
    if request.user.has_perm("registry.delete_registeredmodel"):
        filters.append(choice_filter(request, "deleted", "Deleted", [("true", "Deleted")], all_label="Not deleted"))
    asked = {name: request.GET.get(name, "") for name in MODEL_FILTERS}
    sort = choice_filter(request, "sort", "Sort", SORT_LABELS)["value"] or "newest"
    refusal = ""
    try:
        models = narrowed(request.user, asked)
    except DomainError as error:
        refusal, models = error.message, RegisteredModel.objects.none()
    models = models.select_related("owner").with_latest_version()
    page = keyset_page(request, models, order_by=SORTS[sort])
    best = best_of_each(page.rows)
    for model in page.rows:
        model.best = best.get(model.pk)
    context = {
        "page": page,
        "filters": filters,
        "refusal": refusal,
        "sort": sort,
        "sort_urls": {name: with_parameter(request, "sort", name) for name in SORTS},
        **narrowing(request, FilteredList.MODELS, NarrowingForm),
    }
    return render(request, "registry/model_list.html", context, status=422 if refusal else 200)


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
    models = RegisteredModel.objects.select_related("owner", "labels").with_latest_version()
    model = _known(request, models, name=name)
    deleted = choice_filter(request, "deleted", "Deleted", [("true", "Deleted")], all_label="Not deleted")
    versions = ModelVersion.objects.visible_to(request.user, deleted=model.is_deleted or bool(deleted["value"]))
    versions = versions.filter(model=model).select_related("artifact", "created_by", "model")
    page = keyset_page(request, versions, order_by="-number")
    for version in page.rows:
        version.format_label = label_of(version.file_format)
    filters = [deleted] if request.user.has_perm("registry.delete_modelversion") and not model.is_deleted else []
    context = {"model": model, "page": page, "timeline": history(request, model), "filters": filters}
    context["tags"] = shown_model_tags(model)
    viewing.model(request, model)
    return render(request, "registry/model_detail.html", context)


@upload_page("registry.add_modelversion")
def version_new(request: HttpRequest, name: str) -> HttpResponse:
    """Upload a version; the file is sealed while the body is read."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    require_change(request, model)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = VersionForm(*sent, user=request.user)
    if form.is_valid():
        said = form.cleaned_data
        about = {what: said[what] for what in VersionForm.said}
        try:
            with chosen(request, said) as sent:
                about |= {"then": sent.then, "actor": request.actor}
                if sent.file is None:
                    version = services.add_directory_version(model, sent.files, **about)
                else:
                    version = services.add_version(model, sent.file, **about)
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
    """One version: its facts, file, lineage and history; who may restore it also sees a deleted one."""
    versions = ModelVersion.objects.select_related("model__owner", "artifact", "created_by", "labels")
    versions = versions.prefetch_related(trained_on(request.user))
    version = _known(request, versions, model__name=name, number=number)
    viewing.version(request, version)
    return _version_page(request, version)


@require_POST
@login_required
@permission_required("registry.view_parameters", raise_exception=True)
def version_parameters(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The same page with the decrypted parameters; a POST, because reading them is recorded."""
    version = _version(request, name, number)
    require_reading(request, version)
    parameters = services.read_parameters(version, actor=request.actor)
    return _version_page(request, version, parameters=parameters, shows_parameters=True)


@require_POST
@login_required
@permission_required("registry.verify_artifact", raise_exception=True)
def version_verify(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Read the stored file back and say what was found."""
    version = _version(request, name, number)
    return verify_and_say(request, version)


@require_POST
@login_required
def version_file(request: HttpRequest, name: str, number: int) -> HttpResponseBase:
    """The decrypted file; a POST, because every download is recorded."""
    version = _version(request, name, number)
    return download_response(request, version, actor=request.actor)


def _version(request: HttpRequest, name: str, number: int) -> ModelVersion:
    versions = ModelVersion.objects.visible_to(request.user).select_related("model__owner", "artifact", "created_by")
    versions = versions.prefetch_related(trained_on(request.user))
    return get_object_or_404(versions, model__name=name, number=number)


def _known(request: HttpRequest, rows: Any, **key: Any) -> Any:
    """The row, also a deleted one for who may restore it; 404 for what one may not see."""
    row = rows.visible_to(request.user).filter(**key).first()
    return row or get_object_or_404(rows.visible_to(request.user, deleted=True), **key)


def _version_page(request: HttpRequest, version: ModelVersion, **more: Any) -> HttpResponse:
    traced = trace(request.user, version)
    context = {
        "version": version,
        "model": version.model,
        "artifact": version.artifact,
        "format_label": label_of(version.file_format),
        "metrics": metric_table(version.metrics),
        "traced": traced,
        "lineage_drawing": draw(traced),
        "tiles": sorted(version.metrics.items()) if len(version.metrics) <= SHOWN_TILES else [],
        "tags": shown_tags(version),
        "has_parameters": ModelVersion.objects.filter(pk=version.pk, parameters__isnull=False).exists(),
        "may_download": services.may_download(version) and may_download(request.user, version.model),
        "timeline": timeline_page(request, version, files_of(version)),
    }
    return render(request, "registry/version_detail.html", {**context, **more})
