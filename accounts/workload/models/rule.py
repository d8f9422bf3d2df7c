"""Which jobs become which service account."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7

from .issuer import TrustedIssuer

LONGEST_S = 15 * 60


class ExchangeRule(models.Model):
    """What an issuer's token must say, and what its job may do then."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    issuer = models.ForeignKey(TrustedIssuer, on_delete=models.CASCADE, related_name="rules")
    name = models.CharField(max_length=100, unique=True)
    service = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exchange_rules")
    scopes = ArrayField(models.CharField(max_length=300))
    # {"repository": "acme/delays", "ref": "refs/heads/*"}: every claim must fit its pattern.
    conditions: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    lifetime_s = models.PositiveIntegerField("lifetime in seconds", default=LONGEST_S)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "exchange rule"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(lifetime_s__gte=60, lifetime_s__lte=LONGEST_S), name="workload_lifetime")
        ]

    def __str__(self) -> str:
        return self.name
