"""An account of a person or a service."""

from collections.abc import Set
from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property

from accounts.querysets import UserQuerySet
from accounts.stored_permissions import stored_permissions
from modelops.lib.ids import uuid7
from modelops.lib.implied import implied_by


class PortalUserManager(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's own manager with the portal's filters; a named class, because migrations refer to it."""


class User(AbstractUser):
    """A person who signs in with two factors, or a service that holds API keys."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    is_service = models.BooleanField(
        "service account",
        default=False,
        help_text="A service never signs in with a password; it uses API keys.",
    )

    email_confirmed_at = models.DateTimeField(
        "address confirmed",
        null=True,
        blank=True,
        editable=False,
        help_text="When the person showed that mails to the address reach them. "
        "Before, it gets no notice and no reset.",
    )

    objects = PortalUserManager()

    # Whether it signed in before from the network that asks, and had a second factor then; known where it was looked up
    # to sign in.
    is_at_home: bool = False
    had_factor: bool | None = None

    # The scopes of the API key that stands for the account in this request; None for the person itself.
    key_scopes: list[str] | None = None
    # The permission that this request of an API key makes use of.
    key_exercises: str = ""

    class Meta(AbstractUser.Meta):
        permissions = [("reveal_user", "Can look up who an account belongs to, with a reason")]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_username_any_case",
                violation_error_message="An account with this name exists already.",
            ),
        ]
        indexes = [models.Index(Lower("email"), name="accounts_user_email_any_case")]

    @cached_property
    def _perm_cache(self) -> Set[str]:
        """Every permission that the account has by itself or by its groups: what Django's backend keeps by this name.

        One statement, where the backend would write and send two.
        """
        return stored_permissions(self.pk, is_superuser=self.is_superuser)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether the account may: by a permission that it holds, or by an action that holds it.

        What the backends of the settings answer (`accounts.access.backend`), which Django makes anew for each question.
        """
        if obj is None and self.is_active and not self.is_superuser:
            held = self._perm_cache
            return perm in held or any(action in held for action in implied_by(perm))
        return bool(super().has_perm(perm, obj))

    @property
    def role(self) -> str:
        """The name of the role, or "Superuser", or an empty text."""
        if self.is_superuser:
            return "Superuser"
        return ", ".join(sorted(group.name for group in self.groups.all()))

    @property
    def confirmed_email(self) -> str:
        """The address that mails about the account go to, or an empty text."""
        return self.email if self.email and self.email_confirmed_at else ""

    @property
    def has_second_factor(self) -> bool:
        """Whether a confirmed second factor is enrolled: an authenticator app or a passkey. One query."""
        apps = self.totpdevice_set.filter(confirmed=True).values("pk")
        return apps.union(self.passkeys.filter(confirmed=True).values("pk")).exists()
