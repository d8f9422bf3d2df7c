"""Cards in the admin: to read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modelops.lib.admin import ReadOnlyAdmin
from registry.seeing import open_to

from .models import CardRevision, ImpactAssessment


@admin.register(CardRevision)
class CardRevisionAdmin(ReadOnlyAdmin):
    list_display = ["model", "number", "risk_class", "author", "created_at"]
    list_select_related = ["model", "author"]
    list_filter = ["risk_class"]
    search_fields = ["model__name"]
    fields = readonly_fields = ["id", "model", "number", "risk_class", "author", "created_at", "content"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CardRevision]:
        return CardRevision.objects.visible_to(request.user)


@admin.register(ImpactAssessment)
class ImpactAssessmentAdmin(ReadOnlyAdmin):
    list_display = ["model", "number", "risk_class", "decision", "signed_at"]
    list_select_related = ["model"]
    list_filter = ["risk_class", "decision"]
    search_fields = ["model__name"]
    fields = readonly_fields = [
        "id", "model", "number", "risk_class", "people", "benefits", "risks", "measures", "oversight", "decision",
        "signed_ref", "signed_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImpactAssessment]:
        rows = ImpactAssessment.objects.filter(open_to(request.user, "model", "model"), model__deleted_at=None)
        return rows if request.user.has_perm("cards.view_impactassessment") else rows.none()
