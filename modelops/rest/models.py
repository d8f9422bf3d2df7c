"""Answers that are kept for a day, so that a request which is sent twice is carried out once."""

from django.db import models
from django.utils import timezone

from modelops.lib.ids import uuid7


class StoredAnswer(models.Model):
    """What a caller was answered under one ``Idempotency-Key``. The body is sealed: it may hold anything."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    actor_kind = models.CharField(max_length=16)
    actor_ref = models.CharField(max_length=64)
    key = models.CharField(max_length=255, help_text="The caller's Idempotency-Key.")
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    has_body = models.BooleanField(help_text="False where the answer held a secret that is shown once.")
    sealed_body = models.BinaryField(help_text="Fingerprint of the request and the body, sealed.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor_kind", "actor_ref", "key"], name="rest_answer_key_once"),
        ]
        indexes = [models.Index(fields=["created_at"], name="rest_answer_age")]

    def __str__(self) -> str:
        return f"{self.status} under {self.key}"

    @property
    def context(self) -> bytes:
        """What binds the sealed body to this row."""
        return f"rest.storedanswer:{self.pk}".encode()
