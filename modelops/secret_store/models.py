"""A secret that the portal itself needs: a password, a token, the credentials of a bucket."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7


class StoredSecretQuerySet(models.QuerySet["StoredSecret"]):
    def visible_to(self, user: Any) -> Self:
        """All of them for those who may see secrets, none for others; values are shown to neither."""
        allowed = user.is_active and user.has_perm("secret_store.view_storedsecret")
        return self.all() if allowed else self.none()


class StoredSecret(models.Model):
    """One secret: its sealed value, or a reference to where the value is read on each use. Others hold only its id."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    purpose = models.CharField(max_length=200, help_text="What it is for.")
    sealed_value = models.BinaryField(null=True, editable=False)
    reference = models.CharField(
        max_length=400, blank=True, default="", help_text="Where the value is read on each use: env:, file: or vault:."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    set_at = models.DateTimeField(default=timezone.now, help_text="When the present value or reference was set.")
    set_by_kind = models.CharField(max_length=20)
    set_by_ref = models.CharField(max_length=100)
    replaced_count = models.PositiveIntegerField(default=0, help_text="How often the value was replaced.")
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_by = models.CharField(max_length=100, blank=True, default="", help_text="The part that used it last.")

    objects = StoredSecretQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = "secret"
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed_value__isnull=False, reference="")
                | (Q(sealed_value__isnull=True) & ~Q(reference="")),
                name="secret_store_value_or_reference",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)

    @property
    def seal_context(self) -> bytes:
        """What binds the sealed value to this row."""
        return f"secret_store.storedsecret:{self.pk}".encode()

    @property
    def kind(self) -> str:
        """ "sealed" for a value that lies here, else the kind of its reference: "env", "file" or "vault"."""
        return self.reference.partition(":")[0] or "sealed"
