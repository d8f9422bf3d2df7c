"""The key ring: every key that the portal works with, wrapped by the root key."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7

from .purposes import Purpose
from .states import KeyState

__all__ = ["DEFAULT_MAX_AGE_DAYS", "KeyState", "KeyVersion"]

DEFAULT_MAX_AGE_DAYS = 90


class KeyVersion(models.Model):
    """One version of the key of one purpose. The row never holds a key in the clear."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The database names a key that is given none after its purpose and version.
    name = models.CharField(max_length=100, unique=True, blank=True, default="")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=KeyState.choices, default=KeyState.PENDING)
    owner = models.CharField(
        max_length=100, blank=True, default="", help_text="The team or role that answers for the key; no person's name."
    )
    max_age_days = models.PositiveIntegerField(
        default=DEFAULT_MAX_AGE_DAYS, help_text="An active key older than this is a finding and raises an alert."
    )
    wrapped = models.BinaryField()
    provider = models.CharField(max_length=40)
    root_key_id = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=32, blank=True, default="", editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    activated_at = models.DateTimeField(null=True, blank=True)
    # When another key took its place, or it was taken out of use.
    retired_at = models.DateTimeField(null=True, blank=True)
    # Set when the destruction is approved: the key goes then, unless something needs it or somebody withdraws.
    destroy_after = models.DateTimeField(null=True, blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "key"
        constraints = [
            models.UniqueConstraint(fields=["purpose", "version"], name="crypto_key_version_once"),
            models.UniqueConstraint(fields=["purpose"], condition=Q(state="active"), name="crypto_one_active_key"),
            models.CheckConstraint(condition=Q(version__gte=1), name="crypto_key_version_positive"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="crypto_key_purpose_known"),
            models.CheckConstraint(condition=Q(state__in=KeyState.values), name="crypto_key_state_known"),
            models.CheckConstraint(condition=Q(max_age_days__gte=1), name="crypto_key_max_age_positive"),
            # A tombstone holds nothing that could be unwrapped, and nothing else is one.
            models.CheckConstraint(
                condition=Q(state="destroyed", wrapped=b"") | (~Q(state="destroyed") & ~Q(wrapped=b"")),
                name="crypto_key_destroyed_means_wiped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} v{self.version}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)

    @property
    def wrap_context(self) -> bytes:
        """What binds the wrapped key to this row, so that no key can be put in another's place."""
        return f"{self.id}|{self.purpose}|{self.version}".encode()

    @property
    def age(self) -> dt.timedelta | None:
        """How long an active key has been in use; None for others."""
        if self.state != KeyState.ACTIVE or self.activated_at is None:
            return None
        return timezone.now() - self.activated_at

    @property
    def due_at(self) -> dt.datetime | None:
        """When an active key must have been replaced."""
        if self.state != KeyState.ACTIVE or self.activated_at is None:
            return None
        return self.activated_at + dt.timedelta(days=self.max_age_days)

    @property
    def is_overdue(self) -> bool:
        """Whether an active key is older than its policy allows."""
        return self.due_at is not None and timezone.now() > self.due_at
