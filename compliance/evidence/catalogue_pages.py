"""The administration's pages of imported frameworks."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from modelops.lib.errors import Invalid

from .catalogues import MOST_CHARACTERS, import_catalogue, lines_of
from .models import ControlCatalogue

ADD, VIEW = "evidence.add_controlcatalogue", "evidence.view_controlcatalogue"


class CatalogueForm(forms.Form):
    """The controls of a framework as text: no file is kept anywhere."""

    name = forms.CharField(
        label="Framework", max_length=120, required=False, help_text="Empty: the title of an OSCAL catalogue."
    )
    catalogue = forms.CharField(
        label="Catalogue",
        max_length=MOST_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "mono", "spellcheck": "false"}),
        help_text="Paste the file: CSV with the columns reference, title and checks (keys of the checklist, between "
        "spaces), or an OSCAL catalogue in JSON whose controls have properties named check.",
    )


@permission_required(ADD, raise_exception=True)
def import_page(request: HttpRequest) -> HttpResponse:
    """Import a catalogue."""
    form = CatalogueForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            row = import_catalogue(said["name"], said["catalogue"], actor=request.actor)  # type: ignore[attr-defined]
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, f"{row.name} was imported with {len(row.controls)} controls.")
            return redirect(row)
    context = {**admin.site.each_context(request), "title": "Import a framework", "form": form}
    return TemplateResponse(
        request, "admin/catalogue_import.html", context, status=422 if form.is_bound and form.errors else 200
    )


@permission_required(VIEW, raise_exception=True)
def catalogue_page(request: HttpRequest, slug: str) -> HttpResponse:
    """An imported framework with the state of its checks."""
    row = get_object_or_404(ControlCatalogue, slug=slug)
    context = {**admin.site.each_context(request), "title": row.name, "catalogue": row, "lines": lines_of(row)}
    return TemplateResponse(request, "admin/catalogue.html", context)
