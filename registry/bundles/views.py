"""Bundles in the portal: out of the page of a version, and in by a page of their own."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from modelops.lib.errors import DomainError
from registry.forms import BundleForm
from registry.grants.gate import require_change
from registry.models import ModelVersion, RegisteredModel
from registry.views.uploading import chosen, upload_page

from .handing_out import bundle_response, keys_response, program_response
from .importing import import_bundle


@require_POST
@login_required
def bundle(request: HttpRequest, name: str, number: int) -> HttpResponseBase:
    """The bundle of a version; a POST, because every download is recorded."""
    versions = ModelVersion.objects.visible_to(request.user).select_related("model", "artifact")
    version = get_object_or_404(versions, model__name=name, number=number)
    return bundle_response(request, version, with_parameters="parameters" in request.POST, actor=request.actor)


@upload_page("bundles.add_importedbundle")
def bundle_new(request: HttpRequest, name: str) -> HttpResponse:
    """Import a bundle as the next version; the archive is sealed while the body is read."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    require_change(request, model)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = BundleForm(*sent)
    if form.is_valid():
        try:
            with chosen(request, form.cleaned_data) as found:
                if found.file is None:
                    raise forms.ValidationError("A bundle is one file. Choose the archive itself.")
                version, is_new = import_bundle(
                    model, found.file, user=request.user, then=found.then, actor=request.actor
                )
        except DomainError as error:
            form.add_error("file", error.message)
        except forms.ValidationError as error:
            form.add_error("file", error)
        else:
            text = f"{version} was imported." if is_new else f"This bundle was imported before: it is {version}."
            messages.success(request, text)
            return redirect(version)
    context = {"model": model, "form": form}
    return render(request, "registry/bundle_new.html", context, status=422 if form.is_bound else 200)


@require_safe
@login_required
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys that bundles of this portal are checked with."""
    return keys_response()


@require_safe
@login_required
def program(request: HttpRequest) -> HttpResponse:
    """The program that checks bundles without the portal."""
    return program_response()
