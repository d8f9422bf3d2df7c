"""A mailed link with a code, by which a person shows that an address is theirs."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7

from .request import SubjectRequest

TRIES = 5


class IdentityCheck(models.Model):
    """One link. Only digests are kept; five wrong codes end it, and a newer one ends it too."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(SubjectRequest, on_delete=models.PROTECT, related_name="identity_checks")
    link_digest = models.BinaryField(max_length=32, unique=True)
    code_digest = models.BinaryField(max_length=32)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "identity check"
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=TRIES), name="subjects_check_tries"),
            models.UniqueConstraint(fields=["request"], condition=Q(ended_at=None), name="subjects_check_one_open"),
        ]

    def __str__(self) -> str:
        return f"identity check of {self.request}"
