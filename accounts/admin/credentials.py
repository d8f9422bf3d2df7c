"""Invitations, sessions and authenticators in the admin: to read and to revoke."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import services
from accounts.models import Invitation, Session, TOTPDevice
from modelops.lib.admin import ReadOnlyAdmin

from .acting import each
from .state_column import StateColumn


@admin.register(Invitation)
class InvitationAdmin(StateColumn, ReadOnlyAdmin):
    """Invitations; the link itself is never shown again."""

    list_display = ["user", "role", "state_pill", "created_at", "expires_at"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    fields = readonly_fields = ["user", "role", "state_pill", "created_at", "expires_at", "accepted_at", "revoked_at"]
    actions = ["revoke"]

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whoever may change invitations."""
        return request.user.has_perm("accounts.change_invitation")

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        """Make open links useless."""
        each(self, request, queryset, lambda row: services.revoke_invitation(row, actor=request.actor), "Revoked")


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Who is signed in, from which network, with which factors."""

    list_display = ["user", "browser", "ip_prefix", "factors", "last_seen_at", "created_at", "is_live"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    fields = readonly_fields = [
        "user", "browser", "ip_prefix", "factors", "created_at", "last_seen_at", "expires_at", "revoked_at",
    ]  # fmt: skip
    actions = ["revoke"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        """Sessions of people; the ones before a sign-in say nothing."""
        return Session.objects.visible_to(request.user).exclude(user=None).select_related("user")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whoever may change sessions."""
        return request.user.has_perm("accounts.change_session")

    @admin.action(description="Revoke: that browser has to sign in again", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        """End sessions with their next request."""
        each(self, request, queryset, lambda row: services.revoke_session(row, actor=request.actor), "Revoked")

    @admin.display(description="factors")
    def factors(self, row: Session) -> str:
        """The methods after RFC 8176."""
        return ", ".join(row.amr) or "–"

    @admin.display(description="live", boolean=True)
    def is_live(self, row: Session) -> bool:
        """Whether it can still be used."""
        return row.is_live


@admin.register(TOTPDevice)
class TOTPDeviceAdmin(ReadOnlyAdmin):
    """Which account has an authenticator; never its seed."""

    list_display = ["user", "name", "confirmed", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    fields = readonly_fields = ["user", "name", "confirmed", "created_at", "last_used_at"]
