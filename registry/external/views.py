"""The page of what other registries say and what is attested of platforms, and the forms that add to it."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from modelops.lib.errors import DomainError
from modelops.lib.pages import keyset_page

from . import attesting, services
from .forms import AttestationForm, RecordForm
from .models import ExternalRecord, PlatformAttestation

ATTEST = "external.add_platformattestation"
_MOST_ATTESTATIONS = 100


@require_safe
@login_required
@permission_required("external.view_externalrecord", raise_exception=True)
def listed(request: HttpRequest) -> HttpResponse:
    """Records, newest first, and the attestations of platforms."""
    page = keyset_page(request, ExternalRecord.objects.visible_to(request.user), order_by="-id")
    attestations = PlatformAttestation.objects.visible_to(request.user).order_by("-id")[:_MOST_ATTESTATIONS]
    context = {"page": page, "attestations": attestations, "may_attest": request.user.has_perm(ATTEST)}
    return render(request, "external/list.html", context)


@login_required
@permission_required("external.add_externalrecord", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def record_new(request: HttpRequest) -> HttpResponse:
    """Take in what another registry says of one of its models."""
    form = RecordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            row, is_new = services.import_model_package(
                given["model_package"], given["resource_policy"], actor=request.actor
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"{row} was taken in." if is_new else f"This document of {row} was there before.")
            return redirect("external:list")
    return render(request, "external/record_new.html", {"form": form}, status=422 if form.is_bound else 200)


@login_required
@permission_required(ATTEST, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def attestation_new(request: HttpRequest) -> HttpResponse:
    """Attest something of a platform."""
    form = AttestationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            row = attesting.attest(
                given["subject"], statement=given["statement"], evidence_url=given["evidence_url"],
                expires_at=form.expires_at, actor=request.actor,
            )  # fmt: skip
        except DomainError as error:
            field = "expires_on" if error.field == "expires_at" else error.field
            form.add_error(field if field in form.fields else None, error.message)
        else:
            messages.success(request, f"{row.get_subject_display()} is attested until {row.expires_at:%Y-%m-%d}.")
            return redirect("external:list")
    return render(request, "external/attestation_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@login_required
@permission_required(ATTEST, raise_exception=True)
def attestation_withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say that an attestation holds no more."""
    row = get_object_or_404(PlatformAttestation.objects.visible_to(request.user), pk=pk)
    attesting.withdraw(row, actor=request.actor)
    messages.success(request, f"The attestation of {row.get_subject_display()} is withdrawn.")
    return redirect("external:list")
