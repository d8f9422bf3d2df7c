"""Reusable filters. Objects reach views, admin and API only through ``visible_to(user)``."""

from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from .models import User


class UserQuerySet(QuerySet):
    """Accounts."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """All accounts for whoever may view accounts; for others their own."""
        if not user.is_authenticated:
            return self.none()
        return self if user.has_perm("accounts.view_user") else self.filter(pk=user.pk)

    def people(self) -> Self:
        """Accounts of human beings."""
        return self.filter(is_service=False)


class OwnedQuerySet(QuerySet):
    """Rows that belong to one account through ``owner_field``."""

    owner_field = "user"

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """All rows for whoever may view this model; for others their own."""
        if not user.is_authenticated:
            return self.none()
        if user.has_perm(f"accounts.view_{self.model._meta.model_name}"):
            return self
        return self.owned_by(user)

    def owned_by(self, user: "User | AnonymousUser") -> Self:
        """The rows of one account."""
        return self.filter(**{self.owner_field: user.pk})


class SessionQuerySet(OwnedQuerySet):
    """Browser sessions."""

    def live(self) -> Self:
        """Sessions that are neither revoked nor past one of their two limits."""
        now = timezone.now()
        return self.filter(revoked_at=None, expires_at__gt=now, idle_expires_at__gt=now)

    def over(self) -> Self:
        """Sessions that can never be used again."""
        now = timezone.now()
        return self.filter(Q(revoked_at__isnull=False) | Q(expires_at__lte=now) | Q(idle_expires_at__lte=now))


class ApiKeyQuerySet(OwnedQuerySet):
    """API keys."""

    owner_field = "owner"

    def live(self) -> Self:
        """Keys that are neither revoked nor expired."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())


class RefreshTokenQuerySet(OwnedQuerySet):
    """Refresh tokens."""

    def sign_ins(self) -> Self:
        """One row for each sign-in to the API: its first token, which stays as long as the sign-in does."""
        earlier = self.model._default_manager.filter(family=OuterRef("family")).filter(
            Q(created_at__lt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__lt=OuterRef("pk"))
        )
        return self.filter(~Exists(earlier))


class InvitationQuerySet(OwnedQuerySet):
    """Invitations."""

    def open(self) -> Self:
        """Invitations that can still be accepted."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
