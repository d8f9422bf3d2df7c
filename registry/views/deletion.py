"""Deleting models, datasets and versions with a reason, and restoring them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from modelops.lib.errors import DomainError
from registry import deletion
from registry.deletion.services import LONGEST_REASON, kept_for
from registry.grants.gate import require_change
from registry.models import Dataset, DatasetVersion, ModelVersion, RegisteredModel


class ReasonForm(forms.Form):
    """Why something is deleted."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        help_text="It stands with the deleted version until that is removed. Name no people.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


_ROWS: dict[tuple[str, bool], Any] = {
    ("models", False): RegisteredModel,
    ("models", True): ModelVersion,
    ("datasets", False): Dataset,
    ("datasets", True): DatasetVersion,
}


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, kind: str, name: str, number: int | None = None) -> HttpResponse:
    """Ask for a reason, then delete for a while."""
    row, governed = _row(request, kind, name, number, among_deleted=False)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            deleted = deletion.delete(row, form.cleaned_data["reason"], actor=request.actor)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"{row} is deleted. It can be restored until {deleted.purge_after:%-d %B %Y}.")
            if number is None:
                return redirect(f"registry:{kind[:-1]}-list")
            return redirect(governed)
    context = {"row": row, "form": form, "is_whole": number is None, "kind": kind[:-1], "days": kept_for().days}
    return render(request, "registry/delete.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def restore(request: HttpRequest, kind: str, name: str, number: int | None = None) -> HttpResponse:
    """Bring a deleted row back."""
    row, _ = _row(request, kind, name, number, among_deleted=True)
    deletion.restore(row, actor=request.actor)
    messages.success(request, f"{row} is back.")
    return redirect(row.get_absolute_url())


def _row(request: HttpRequest, kind: str, name: str, number: int | None, *, among_deleted: bool) -> tuple[Any, Any]:
    """The row and the model or dataset that it belongs to, for who may delete it; 404 for what one may not see."""
    model = _ROWS[kind, number is not None]
    if not request.user.has_perm(f"registry.delete_{model._meta.model_name}"):
        raise PermissionDenied
    parent = kind[:-1]
    rows = model.objects.known_to(request.user) if among_deleted else model.objects.visible_to(request.user)
    if number is None:
        row = governed = get_object_or_404(rows, name=name)
    else:
        row = get_object_or_404(rows.select_related(parent), **{f"{parent}__name": name, "number": number})
        governed = getattr(row, parent)
    require_change(request, governed)
    return row, governed


def deletion_urls(kind: str, name: str, number: int | None = None) -> dict[str, str]:
    """Addresses of the two pages for a row."""
    key = [kind, name] if number is None else [kind, name, number]
    route = "registry:version" if number is not None else "registry:whole"
    return {"delete_url": reverse(f"{route}-delete", args=key), "restore_url": reverse(f"{route}-restore", args=key)}
