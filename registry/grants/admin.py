"""Grants in the admin: given and taken away through services."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from modelops.lib.admin import CappedPaginator

from . import services
from .gate import require_managing
from .models import Grant, Use
from .rules import may_manage


class GrantForm(forms.ModelForm):
    """One object, one holder."""

    actions = forms.MultipleChoiceField(choices=Use.choices, required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Grant
        fields = ("model", "dataset", "user", "group", "level", "actions", "expires_at")

    def clean(self) -> dict[str, Any]:
        """Exactly one of each pair."""
        data = super().clean() or {}
        for one, other in (("model", "dataset"), ("user", "group")):
            if bool(data.get(one)) == bool(data.get(other)):
                raise ValidationError(f"Name either a {one} or a {other}.", code="grant.one_of_two")
        return data


@admin.register(Grant)
class GrantAdmin(admin.ModelAdmin):
    """Who is named for what, as far as this person decides on it or sees all that is restricted."""

    form = GrantForm
    list_display = ["object_name", "holder", "level", "uses", "expires_at", "created_at"]
    list_select_related = ["model", "dataset", "user", "group"]
    list_filter = ["level"]
    search_fields = ["model__name", "dataset__name", "user__username", "group__name"]
    raw_id_fields = ["model", "dataset", "user"]
    ordering = ["-created_at"]
    show_full_result_count = False
    paginator = CappedPaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[Grant]:
        """What this person may see."""
        return Grant.objects.visible_to(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A grant is given anew or taken away."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By who decides on the model or dataset."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or may_manage(request.user, obj.object))

    def save_model(self, request: HttpRequest, obj: Grant, form: Any, change: bool) -> None:
        """Through the service, which records it."""
        require_managing(request, obj.object)
        holder = obj.user or obj.group
        assert holder is not None  # noqa: S101  the form refuses anything else
        given = services.give(
            obj.object, holder, obj.level, actions=obj.actions, expires_at=obj.expires_at, actor=request.actor
        )
        obj.pk, obj.created_at = given.pk, given.created_at

    def delete_model(self, request: HttpRequest, obj: Grant) -> None:
        """Through the service, which records it."""
        require_managing(request, obj.object)
        services.revoke(obj, actor=request.actor)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """An action counts as a whole: Django writes its own log before the grants are taken away."""
        with transaction.atomic():
            return super().changelist_view(request, extra_context)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Grant]) -> None:
        """One by one: each is recorded."""
        for grant in queryset:
            self.delete_model(request, grant)

    @admin.display(description="model or dataset")
    def object_name(self, grant: Grant) -> str:
        return grant.object.name

    @admin.display(description="where it is deployed")
    def uses(self, grant: Grant) -> str:
        return ", ".join(grant.actions) or "–"

    @admin.display(description="who")
    def holder(self, grant: Grant) -> str:
        return f"everybody with the role {grant.group}" if grant.group else str(grant.user)
