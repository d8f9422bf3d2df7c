"""Answers that are kept for a day, so that a repeated request is carried out once, and counts of refused floods."""

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


class LimitedRequests(models.Model):
    """How many requests of an actor to a route were refused as too many within one minute, until it is recorded."""

    id = models.BigAutoField(primary_key=True)
    actor_kind = models.CharField(max_length=20)
    actor_ref = models.CharField(max_length=100)
    source = models.CharField("source network", max_length=60)
    route = models.CharField(max_length=200)
    minute = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = "requests over the limit"
        verbose_name_plural = "requests over the limit"
        constraints = [
            models.UniqueConstraint(
                fields=["minute", "actor_kind", "actor_ref", "source", "route"], name="rest_limited_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} to {self.route}"
