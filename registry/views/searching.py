"""The page of all versions, and the filters that a person keeps."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from modelops.lib.errors import DomainError
from modelops.lib.pages import choice_filter, keyset_page, with_parameter
from registry.formats import label_of
from registry.listing import VERSION_SORTS, asked_version_sort, narrowed_versions
from registry.listing.models import MODEL_FILTERS
from registry.listing.saved import remove_filter, save_filter, saved_by
from registry.listing.versions import LINEAGE, VERSION_FILTERS
from registry.models import FilteredList, RiskClass, SavedFilter, TaskType, VersionState


class NarrowingForm(forms.Form):
    """What a list can be narrowed by beside its chips."""

    task_type = forms.ChoiceField(required=False, choices=[("", "Any task"), *TaskType.choices], label="Task")
    risk_class = forms.ChoiceField(required=False, choices=[("", "Any class"), *RiskClass.choices])
    owner = forms.CharField(required=False, max_length=150, help_text="Name of an account, or me.")
    alias = forms.CharField(required=False, max_length=100)
    file_format = forms.CharField(required=False, max_length=32, label="Format", help_text="As safetensors, onnx.")
    tag = forms.CharField(required=False, max_length=250, help_text="team, or team=search")


class VersionNarrowingForm(NarrowingForm):
    """For versions also by their data and by a metric."""

    dataset = forms.CharField(required=False, max_length=250, help_text="flights, or flights:2")
    metric = forms.CharField(required=False, max_length=250)
    min = forms.CharField(required=False, max_length=60, label="Least value")
    max = forms.CharField(required=False, max_length=60, label="Greatest value")
    sort = forms.ChoiceField(
        required=False,
        choices=[(key, key.capitalize()) for key in VERSION_SORTS],
        help_text="By the metric, if one is.",
    )


@require_safe
@login_required
@permission_required("registry.view_modelversion", raise_exception=True)
def version_list(request: HttpRequest) -> HttpResponse:
    """Versions of every model, narrowed and sorted as the address says."""
    filters = [
        choice_filter(request, "state", "State", VersionState.choices, all_label="Any state"),
        choice_filter(
            request,
            "lineage",
            "Lineage",
            [(key, f"{key.capitalize()} lineage") for key in LINEAGE],
            all_label="Any lineage",
        ),
    ]
    asked = {name: request.GET.get(name, "") for name in VERSION_FILTERS}
    refusal = ""
    try:
        order = asked_version_sort(asked)
        versions = narrowed_versions(request.user, asked)
    except DomainError as error:
        refusal, order = error.message, "-id"
        versions = narrowed_versions(request.user, {}).none()
    versions = versions.with_origin().select_related("model__owner", "artifact").prefetch_related("aliases")
    page = keyset_page(request, versions, order_by=order)
    for version in page.rows:
        version.format_label = label_of(version.file_format)
    context = {
        "page": page,
        "filters": filters,
        "metric": asked["metric"].strip()[:250],
        "refusal": refusal,
        **narrowing(request, FilteredList.VERSIONS, VersionNarrowingForm),
    }
    return render(request, "registry/version_list.html", context, status=422 if refusal else 200)


def narrowing(request: HttpRequest, target: FilteredList, form: type[NarrowingForm]) -> dict[str, Any]:
    """What the parts of a list's page need: the form, what is asked for, and the person's kept filters."""
    known = MODEL_FILTERS if target == FilteredList.MODELS else VERSION_FILTERS
    asked = {name: request.GET[name] for name in known if request.GET.get(name)}
    return {
        "narrowing": form(initial=asked),
        "narrowed_by": [
            (name, value, with_parameter(request, name, None))
            for name, value in asked.items()
            if name in form.base_fields and name != "sort"
        ],
        "kept_state": [(name, asked[name]) for name in asked if name not in form.base_fields],
        "query": asked.get("q", "")[:100],
        "is_narrowed": bool(set(asked) - {"sort"}),
        "asked_for": _encoded(asked),
        "target": target.value,
        "saved": saved_by(request.user, target),
    }


def _encoded(asked: dict[str, str]) -> str:
    query = QueryDict(mutable=True)
    query.update(asked)
    return query.urlencode()


@require_POST
@login_required
@permission_required("registry.view_registeredmodel", raise_exception=True)
def filter_save(request: HttpRequest) -> HttpResponse:
    """Keep what the list was narrowed to, under a name."""
    target = request.POST.get("target", "")
    query = QueryDict(request.POST.get("query", "")[:5000]).dict()
    try:
        row = save_filter(request.user, target, request.POST.get("name", ""), query, actor=request.actor)
    except DomainError as error:
        messages.error(request, error.message)
        page = "registry:version-list" if target == FilteredList.VERSIONS else "registry:model-list"
        return redirect(page)
    messages.success(request, f"The filter {row.name!r} is kept. Only you see it.")
    return redirect(row)


@require_POST
@login_required
@permission_required("registry.view_registeredmodel", raise_exception=True)
def filter_remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Forget a kept filter."""
    row = get_object_or_404(SavedFilter, pk=pk, owner_id=request.user.pk)
    page = "registry:version-list" if row.target == FilteredList.VERSIONS else "registry:model-list"
    remove_filter(row, actor=request.actor)
    messages.success(request, f"The filter {row.name!r} is removed.")
    return redirect(page)
