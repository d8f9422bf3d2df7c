"""Resets of second factors in the admin: which wait, until when, who asked; and stopping one."""

from django.contrib import admin
from django.db.models import Case, OuterRef, QuerySet, Subquery, UUIDField, When
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.acting import each
from accounts.models import User
from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.templatetags.portal import pill

from .models import FactorReset
from .services import factor_resets

_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
TONES = {"waiting": "warn", "cancelled": "quiet", "done": "good"}


class StateFilter(admin.SimpleListFilter):
    """Where a reset stands."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """The three states."""
        return [(state, state.capitalize()) for state in TONES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[FactorReset]) -> QuerySet[FactorReset]:
        """Those of the chosen state."""
        chosen = {
            "waiting": {"cancelled_at": None, "done_at": None},
            "cancelled": {"cancelled_at__isnull": False},
            "done": {"done_at__isnull": False},
        }.get(self.value() or "", {})
        return queryset.filter(**chosen)


@admin.register(FactorReset)
class FactorResetAdmin(ReadOnlyAdmin):
    """What was asked for about lost second factors. Asking is an action on accounts; stopping is one here as well."""

    list_display = ["user", "state_pill", "asked_by", "requested_at", "due_at", "left"]
    list_select_related = ["user"]
    list_filter = [StateFilter]
    search_fields = ["user__username"]
    fields = readonly_fields = [
        "user", "state_pill", "asked_by", "requested_at", "due_at", "left", "cancelled_at", "done_at",
    ]  # fmt: skip
    actions = ["stop"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[FactorReset]:
        """With the name of who asked."""
        id_of_asker = Case(
            When(requested_by_ref__regex=_UUID, then=Cast("requested_by_ref", UUIDField())), output_field=UUIDField()
        )
        named = Subquery(User.objects.filter(pk=OuterRef("asker_id")).values("username")[:1])
        return super().get_queryset(request).annotate(asker_id=id_of_asker).annotate(asker=named)

    def has_stop_permission(self, request: HttpRequest) -> bool:
        """Whoever may change these."""
        return request.user.has_perm("recovering.change_factorreset")

    @admin.action(description="Stop: the second factor stays", permissions=["stop"])
    def stop(self, request: HttpRequest, queryset: QuerySet[FactorReset]) -> None:
        """For a reset that was asked for by mistake, or by somebody else."""
        each(self, request, queryset, lambda row: factor_resets.stop(row, actor=request.actor), "Stopped")

    @admin.display(description="state", ordering="cancelled_at")
    def state_pill(self, row: FactorReset) -> str:
        """waiting, cancelled or done."""
        return pill(row.state.capitalize(), TONES[row.state])

    @admin.display(description="asked by")
    def asked_by(self, row: FactorReset) -> str:
        """The account's name while there is one, else what the row keeps."""
        return row.asker or f"{row.requested_by_kind} {row.requested_by_ref}".strip()  # type: ignore[attr-defined]

    @admin.display(description="time left")
    def left(self, row: FactorReset) -> str:
        """How long its owner can still stop it."""
        if row.state != "waiting":
            return "–"
        minutes = max(0, int((row.due_at - timezone.now()).total_seconds() // 60))
        return f"{minutes // 60} h {minutes % 60} min"
