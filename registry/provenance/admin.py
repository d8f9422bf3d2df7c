"""Attestations in the admin, to read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.templatetags.portal import pill
from registry.seeing import open_to

from .models import Attestation, AttestationState

TONES = {AttestationState.VALID: "good", AttestationState.UNTRUSTED: "warn", AttestationState.INVALID: "bad"}


@admin.register(Attestation)
class AttestationAdmin(ReadOnlyAdmin):
    list_display = ["version", "kind", "issuer", "state_mark", "created_at"]
    list_select_related = ["version__model"]
    list_filter = ["state", "kind"]
    search_fields = ["version__model__name", "issuer"]
    fields = readonly_fields = [
        "id", "version", "kind", "issuer", "source", "predicate_type", "state_mark", "reason", "key", "created_at",
        "checked_at", "envelope",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attestation]:
        return super().get_queryset(request).filter(open_to(request.user, "model", "version__model"))

    @admin.display(description="state", ordering="state")
    def state_mark(self, row: Attestation) -> str:
        """The result of the last check."""
        return pill(row.get_state_display(), TONES[AttestationState(row.state)])
