"""The page on which the owner of a dataset says what its columns are."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from modelops.lib.errors import DomainError
from registry import viewing
from registry.grants.gate import require_change
from registry.grants.models import Level
from registry.grants.rules import level_of
from registry.models import Dataset

from .differences import differences
from .forms import SHOWN, ColumnForms, TableForm, column_initial
from .services import Standing, standing_schema, write_schema
from .vocabulary import DATA_CLASSES, PERSONAL, TYPES


@login_required
@permission_required("registry.view_dataset", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def schema(request: HttpRequest, name: str) -> HttpResponse:
    """The schema that counts, a page of columns at a time; who may change the dataset says it anew here."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), name=name)
    may_write = request.user.has_perm("registry.change_dataset") and level_of(request.user, dataset) == Level.EDIT
    if request.method == "POST":
        if not request.user.has_perm("registry.change_dataset"):
            raise PermissionDenied
        require_change(request, dataset)
    found = standing_schema(dataset)
    columns = found.document["columns"]
    page = _page(request, len(columns))
    shown = columns[page * SHOWN : (page + 1) * SHOWN]
    sent = request.POST if request.method == "POST" else None
    table = TableForm(sent, initial=_table_initial(found), prefix="table")
    forms = ColumnForms(sent, initial=[column_initial(column) for column in shown], prefix="columns")
    if sent is not None and table.is_valid() and forms.is_valid():
        said = {column["name"]: column for column in (form.said() for form in forms)}
        told = [said.get(column["name"], column) for column in columns]
        try:
            written = write_schema(dataset, columns=told, **table.said(), actor=request.actor)
        except DomainError as error:
            table.add_error(error.field if error.field in table.fields else None, error.message)
        else:
            messages.success(request, f"Version {written.number} of the schema counts from now on.")
            address = reverse("schemas:schema", args=[dataset.name])
            return redirect(f"{address}?page={page + 1}" if page else address)
    context = {
        "dataset": dataset,
        "found": found,
        "table": table,
        "forms": forms,
        "rows": list(zip(forms, shown, strict=False)),
        "may_write": may_write,
        "page": page + 1,
        "pages": max(1, -(-len(columns) // SHOWN)),
        "first": page * SHOWN,
        "total": len(columns),
        "class_label": DATA_CLASSES[found.data_class],
        "types": TYPES,
        "personal": PERSONAL,
        "changes": _changes(dataset, found),
    }
    viewing.dataset(request, dataset, part="schema")
    return render(request, "registry/schemas/schema.html", context, status=422 if sent is not None else 200)


def _changes(dataset: Dataset, found: Standing) -> list[Any]:
    """What the newest version says differently from the one before."""
    if found.written is None or found.number < 2:
        return []
    before = standing_schema(dataset, number=found.number - 1).document["columns"]
    return differences(before, found.written.columns)[:100]


def _table_initial(found: Standing) -> dict[str, Any]:
    return {
        "data_class": found.data_class,
        "time_column": found.document["time_column"],
        "keys": "\n".join(", ".join(key) for key in found.document["keys"]),
        "number": found.number,
    }


def _page(request: HttpRequest, columns: int) -> int:
    """The page that the address names, from 0; the nearest one where there is none."""
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    return min(max(number, 1), max(1, -(-columns // SHOWN))) - 1
