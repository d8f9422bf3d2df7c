"""Pages of datasets and their versions."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from compliance.audit.history import timeline_page
from modelops.lib.errors import DomainError
from modelops.lib.pages import choice_filter, keyset_page
from registry import services, viewing
from registry.downloads import download_response
from registry.forms import DatasetForm, DatasetVersionForm
from registry.grants.gate import require_change
from registry.grants.rules import may_download
from registry.history import files_of, history
from registry.models import Dataset, DatasetVersion, ModelVersion
from registry.services.parts import whole

from .outcomes import verify_and_say
from .uploading import chosen, upload_page

SHOWN_COLUMNS = 500


@require_safe
@login_required
@permission_required("registry.view_dataset", raise_exception=True)
def dataset_list(request: HttpRequest) -> HttpResponse:
    """Datasets, newest first."""
    query = request.GET.get("q", "").strip()[:100]
    deleted = choice_filter(request, "deleted", "Deleted", [("true", "Deleted")], all_label="Not deleted")
    datasets = Dataset.objects.visible_to(request.user, deleted=bool(deleted["value"]))
    page = keyset_page(request, datasets.matching(query).with_latest_version().select_related("owner"), order_by="-id")
    filters = [deleted] if request.user.has_perm("registry.delete_dataset") else []
    return render(request, "registry/dataset_list.html", {"page": page, "query": query, "filters": filters})


@login_required
@permission_required("registry.add_dataset", raise_exception=True)
def dataset_new(request: HttpRequest) -> HttpResponse:
    """Create a dataset."""
    form = DatasetForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            dataset = services.create_dataset(**form.cleaned_data, actor=request.actor)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"{dataset} is created. Upload its first version.")
            return redirect(dataset)
    return render(request, "registry/dataset_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@login_required
@permission_required("registry.view_dataset", raise_exception=True)
def dataset_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One dataset with its versions and what the ledger says of them."""
    dataset = _known(request, Dataset.objects.select_related("owner").with_latest_version(), name=name)
    deleted = choice_filter(request, "deleted", "Deleted", [("true", "Deleted")], all_label="Not deleted")
    versions = DatasetVersion.objects.visible_to(request.user, deleted=dataset.is_deleted or bool(deleted["value"]))
    versions = versions.filter(dataset=dataset)
    page = keyset_page(
        request, versions.select_related("artifact", "dataset", "created_by").defer("schema"), order_by="-number"
    )
    filters = [deleted] if request.user.has_perm("registry.delete_datasetversion") and not dataset.is_deleted else []
    context = {"dataset": dataset, "page": page, "timeline": history(request, dataset), "filters": filters}
    viewing.dataset(request, dataset)
    return render(request, "registry/dataset_detail.html", context)


@upload_page("registry.add_datasetversion")
def version_new(request: HttpRequest, name: str) -> HttpResponse:
    """Upload a version; the file is sealed while the body is read, then read once in memory."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), name=name)
    require_change(request, dataset)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = DatasetVersionForm(*sent)
    if form.is_valid():
        try:
            with chosen(request, form.cleaned_data) as sent, whole(sent) as file:
                version = services.add_dataset_version(
                    dataset,
                    file,
                    subject_column=form.cleaned_data["subject_column"],
                    then=sent.then,
                    actor=request.actor,
                )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"{version} is stored, encrypted: {version.rows:,} rows.")
            return redirect(version)
    context = {"dataset": dataset, "form": form}
    return render(request, "registry/dataset_version_new.html", context, status=422 if form.is_bound else 200)


@require_safe
@login_required
@permission_required("registry.view_datasetversion", raise_exception=True)
def version_detail(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One version: shape, schema, file, lineage and history; who may restore it also sees a deleted one."""
    from registry.tables import table_formats  # the portal starts without what reads tables
    from registry.tables.type_names import type_name

    versions = DatasetVersion.objects.select_related("dataset", "artifact", "created_by")
    version = _known(request, versions, dataset__name=name, number=number)
    before = DatasetVersion.objects.visible_to(request.user).filter(dataset=version.dataset, number__lt=number)
    context = {
        "version": version,
        "dataset": version.dataset,
        "artifact": version.artifact,
        "format_label": table_formats.get(version.file_format).label,
        "columns": [{**column, "words": type_name(column["type"])} for column in version.typed_schema[:SHOWN_COLUMNS]],
        "hidden_columns": max(version.columns - SHOWN_COLUMNS, 0),
        "models": ModelVersion.objects.visible_to(request.user)
        .filter(datasets=version)
        .select_related("model")
        .order_by("model__name", "-number")[:100],
        "may_download": may_download(request.user, version.dataset),
        "previous": before.order_by("-number").first(),
        "timeline": timeline_page(request, version, files_of(version)),
    }
    viewing.dataset_version(request, version)
    return render(request, "registry/dataset_version_detail.html", context)


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


def _known(request: HttpRequest, rows: Any, **key: Any) -> Any:
    """The row, also a deleted one for who may restore it; 404 for what one may not see."""
    row = rows.visible_to(request.user).filter(**key).first()
    return row or get_object_or_404(rows.visible_to(request.user, deleted=True), **key)


def _version(request: HttpRequest, name: str, number: int) -> DatasetVersion:
    versions = DatasetVersion.objects.visible_to(request.user).select_related("dataset", "artifact", "created_by")
    return get_object_or_404(versions, dataset__name=name, number=number)
