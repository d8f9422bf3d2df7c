"""Cards in the admin: to read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modelops.lib.admin import ReadOnlyAdmin

from .models import CardRevision


@admin.register(CardRevision)
class CardRevisionAdmin(ReadOnlyAdmin):
    list_display = ["model", "number", "risk_class", "author", "created_at"]
    list_select_related = ["model", "author"]
    list_filter = ["risk_class"]
    search_fields = ["model__name"]
    fields = readonly_fields = ["id", "model", "number", "risk_class", "author", "created_at", "content"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CardRevision]:
        return CardRevision.objects.visible_to(request.user)
