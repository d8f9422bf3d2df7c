"""Signatures, keys and policies in the admin: to read, to trust and revoke keys, to set what a model demands."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path

from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.errors import Invalid
from modelops.lib.service_admin import ServiceAddAdmin, form_page
from modelops.lib.templatetags.portal import pill
from registry.models import RegisteredModel
from registry.seeing import open_to

from . import services
from .models import Demand, SignatureState, Signer, SigningPolicy, TrustedKey, VersionSignature

TONES = {
    SignatureState.VALID: "good",
    SignatureState.UNTRUSTED: "warn",
    SignatureState.INVALID: "bad",
    SignatureState.MISSING: "quiet",
}


def _model(request: HttpRequest, name: str) -> RegisteredModel:
    model = RegisteredModel.objects.visible_to(request.user).filter(name=name).first()
    if model is None:
        raise Invalid(f"There is no model {name[:100]!r} that you may see.", code="model.not_found", field="model")
    return model


class TrustedKeyForm(forms.Form):
    """A public key to trust."""

    name = forms.CharField(max_length=100, help_text="Letters, digits, dot, hyphen and underscore.")
    pem = forms.CharField(
        label="Public key",
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
        help_text="In PEM form (BEGIN PUBLIC KEY): Ed25519, or ECDSA over P-256, P-384 or P-521.",
    )
    model = forms.CharField(required=False, max_length=100, help_text="The name of a model. Empty: all models.")


class RevocationForm(forms.Form):
    """Why a key is not trusted any more."""

    reason = forms.CharField(max_length=300)


class PolicyForm(forms.Form):
    """What a model demands."""

    model = forms.CharField(max_length=100, help_text="The name of the model.")
    demand = forms.ChoiceField(choices=Demand.choices, initial=Demand.REQUIRE)
    signer = forms.ChoiceField(label="Whose signature counts", choices=Signer.choices, initial=Signer.ANY)


@admin.register(TrustedKey)
class TrustedKeyAdmin(ServiceAddAdmin):
    list_display = ["name", "algorithm", "model", "is_portal", "created_at", "revoked_at"]
    list_filter = ["is_portal", "algorithm"]
    list_select_related = ["model"]
    search_fields = ["name", "fingerprint"]
    fields = readonly_fields = [
        "id", "name", "algorithm", "fingerprint", "pem", "is_portal", "model", "created_at", "revoked_at",
        "revoked_because",
    ]  # fmt: skip
    change_form_template = "admin/signing/trustedkey/key.html"
    service_form = TrustedKeyForm
    service_title = "Trust a signing key"
    service_lede = "Signatures of this key count from now on. Give the public key alone."
    service_submit = "Trust the key"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.revoke)
        return [path("<uuid:pk>/revoke/", view, name="signing_trustedkey_revoke"), *super().get_urls()]

    def perform(self, request: HttpRequest, given: dict[str, Any]) -> str:
        model = _model(request, given["model"]) if given["model"] else None
        key = services.trust_key(given["name"], given["pem"], model=model, actor=request.actor)
        return f"The key {key} is trusted."

    def revoke(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """End the trust in a key, with the reason."""
        if not request.user.has_perm("signing.change_trustedkey"):
            raise PermissionDenied
        key = get_object_or_404(TrustedKey, pk=pk)

        def perform(given: dict[str, Any]) -> str:
            services.revoke_key(key, given["reason"], actor=request.actor)
            return f"The key {key} is revoked. What it signed is not trusted any more."

        form = RevocationForm(request.POST if request.method == "POST" else None)
        lede = "Everything that this key ever signed stops counting, at once."
        return form_page(
            self, request, form, perform, title=f"Revoke {key}", lede=lede, submit="Revoke the key", danger=True
        )


@admin.register(SigningPolicy)
class SigningPolicyAdmin(ServiceAddAdmin):
    list_display = ["model", "demand", "signer", "changed_at"]
    list_select_related = ["model"]
    list_filter = ["demand"]
    search_fields = ["model__name"]
    fields = readonly_fields = ["model", "demand", "signer", "changed_at"]
    service_form = PolicyForm
    service_title = "Set a signature policy"
    service_lede = "A model without a policy of its own follows the setting MODELOPS_SIGNATURE_POLICY."
    service_submit = "Set the policy"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SigningPolicy]:
        return super().get_queryset(request).filter(open_to(request.user, "model", "model"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("signing.change_signingpolicy")

    def perform(self, request: HttpRequest, given: dict[str, Any]) -> str:
        model = _model(request, given["model"])
        services.set_policy(model, given["demand"], given["signer"], actor=request.actor)
        return f"{model} has the policy {given['demand']}."


@admin.register(VersionSignature)
class VersionSignatureAdmin(ReadOnlyAdmin):
    list_display = ["version", "origin", "state_mark", "key", "created_at", "checked_at"]
    list_select_related = ["version__model", "key"]
    list_filter = ["state", "origin"]
    search_fields = ["version__model__name"]
    fields = readonly_fields = [
        "id", "version", "origin", "state_mark", "reason", "key", "created_at", "checked_at", "bundle",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[VersionSignature]:
        return super().get_queryset(request).filter(open_to(request.user, "model", "version__model"))

    @admin.display(description="state", ordering="state")
    def state_mark(self, row: VersionSignature) -> str:
        """The result of the last check."""
        return pill(row.get_state_display(), TONES[SignatureState(row.state)])
