"""Rows that are deleted for a while before they are gone for good."""

from django.db import models
from django.db.models import Q


class Deletable(models.Model):
    """A row that is hidden while ``deleted_at`` is set, can come back until ``purge_after``, and is removed then."""

    deleted_at = models.DateTimeField(null=True, blank=True)
    purge_after = models.DateTimeField(null=True, blank=True, help_text="Until then a deleted version can come back.")
    # Free text stays with the row and goes with it: the ledger, which nobody can redact, holds that it was deleted.
    deletion_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def is_deleted(self) -> bool:
        """Whether the row waits for being restored or purged."""
        return self.deleted_at is not None


def deleted_until(name: str) -> models.CheckConstraint:
    """The constraint that a deleted row, and no other, has the moment of its purge."""
    return models.CheckConstraint(
        condition=Q(deleted_at__isnull=True, purge_after__isnull=True)
        | Q(deleted_at__isnull=False, purge_after__isnull=False),
        name=name,
    )


def purge_index(name: str) -> models.Index:
    """The index that the purge looks into: deleted rows alone, by the moment of their purge."""
    return models.Index(fields=["purge_after"], condition=Q(deleted_at__isnull=False), name=name)
