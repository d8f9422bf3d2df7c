"""What the registry's pages in the admin have in common."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest

from modelops.lib.admin import CappedPaginator
from modelops.lib.errors import DomainError
from modelops.lib.templatetags.portal import pill
from registry import deletion
from registry.deletion.events import parent_of
from registry.deletion.services import LONGEST_REASON
from registry.grants.gate import require_change


class LookOnlyAdmin(admin.ModelAdmin):
    """Neither add nor change nor delete: versions are immutable and every change has a service."""

    show_full_result_count = False
    paginator = CappedPaginator
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReasonForm(ActionForm):
    """Beside the choice of the action: why something is deleted."""

    reason = forms.CharField(required=False, max_length=LONGEST_REASON, label="Reason (to delete)")


class DeletableAdmin(LookOnlyAdmin):
    """What this person may know of, deleted or not, with actions that delete for a while and restore."""

    action_form = ReasonForm
    actions = ["delete_for_a_while", "restore"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.known_to(request.user)

    def has_remove_permission(self, request: HttpRequest) -> bool:
        """Whether the actions are offered."""
        return request.user.has_perm(f"registry.delete_{self.opts.model_name}")

    @admin.action(description="Delete for a while, with a reason", permissions=["remove"])
    def delete_for_a_while(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Hide the rows until they are restored or their date comes."""
        reason = request.POST.get("reason", "")
        self._each(request, queryset, lambda row: deletion.delete(row, reason, actor=request.actor), "Deleted")

    @admin.action(description="Restore", permissions=["remove"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Bring deleted rows back."""
        self._each(request, queryset, lambda row: deletion.restore(row, actor=request.actor), "Restored")

    def _each(self, request: HttpRequest, rows: QuerySet[Any], act: Any, done: str) -> None:
        worked = 0
        for row in rows:
            try:
                require_change(request, parent_of(row) or row)
                act(row)
                worked += 1
            except DomainError as error:
                self.message_user(request, error.message, messages.ERROR)
        if worked:
            self.message_user(request, f"{done}: {worked}.", messages.SUCCESS)

    @admin.display(description="deleted", ordering="deleted_at")
    def deletion(self, row: Any) -> str:
        """Until when it can be restored."""
        return pill(f"until {row.purge_after:%Y-%m-%d}", "bad", "trash") if row.is_deleted else "–"
