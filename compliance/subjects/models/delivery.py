"""A link by which the person of a request takes their bundle, once."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7

from .bundle import SubjectBundle
from .identity import TRIES


class BundleDelivery(models.Model):
    """One mailed link. Only digests are kept: the code is told to the officer once and to the person another way."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bundle = models.ForeignKey(SubjectBundle, on_delete=models.PROTECT, related_name="deliveries")
    link_digest = models.BinaryField(max_length=32, unique=True)
    code_digest = models.BinaryField(max_length=32)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "delivery of a bundle"
        verbose_name_plural = "deliveries of bundles"
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=TRIES), name="subjects_delivery_tries"),
            models.CheckConstraint(
                condition=Q(fetched_at=None) | Q(ended_at__isnull=False), name="subjects_delivery_works_once"
            ),
            models.UniqueConstraint(fields=["bundle"], condition=Q(ended_at=None), name="subjects_delivery_one_open"),
        ]

    def __str__(self) -> str:
        return f"delivery of {self.bundle}"

    @property
    def is_open(self) -> bool:
        """Whether the link still works."""
        return self.ended_at is None and timezone.now() < self.expires_at
