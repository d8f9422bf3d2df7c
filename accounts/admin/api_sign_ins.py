"""Sign-ins to the API in the admin: who, since when, from where last; and ending them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import RefreshToken
from accounts.services.sessions import end_api_sign_in
from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.errors import Conflict

from .acting import each
from .state_column import StateColumn


@admin.register(RefreshToken)
class ApiSignInAdmin(StateColumn, ReadOnlyAdmin):
    """One row for each sign-in with name, password and code at the REST interface; its tokens are not kept."""

    list_display = ["user", "state_pill", "created_at", "expires_at", "last_used_on", "last_used_network"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    fields = readonly_fields = [
        "user", "family", "state_pill", "created_at", "expires_at", "access_for_s", "last_used_on",
        "last_used_network", "confirmed_at", "revoked_at",
    ]  # fmt: skip
    actions = ["revoke"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefreshToken]:
        """What this person may see."""
        return RefreshToken.objects.visible_to(request.user).sign_ins().select_related("user")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whoever may change API sign-ins."""
        return request.user.has_perm("accounts.change_refreshtoken")

    @admin.action(description="Revoke: the program has to sign in again", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[RefreshToken]) -> None:
        """End sign-ins with all their tokens, with the next request."""

        def act(row: RefreshToken) -> None:
            if not end_api_sign_in(row.user, row.family, actor=request.actor):
                raise Conflict("This sign-in is over already.", code="sign_in.over")

        each(self, request, queryset, act, "Revoked")
