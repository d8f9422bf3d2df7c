"""What one model demands before a protected alias moves. Each change is a new row; the newest is in force."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.models import RegisteredModel


class PromotionPolicy(models.Model):
    """One revision of the policy of a model. Who set it: the ledger."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="promotion_policies")
    revision = models.PositiveIntegerField()
    approvals = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many people must approve. Empty: as many as the setting says."
    )
    alias_approvals = models.JSONField(
        default=dict, blank=True, help_text='How many for single aliases, where it is more: {"production": 3}.'
    )
    min_quality = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="The least quality score of every dataset version that it was trained on. Empty: not asked.",
    )
    metric_tolerance = models.FloatField(
        null=True,
        blank=True,
        help_text="By how much the primary metric may be worse than that of the version in use. Empty: not asked.",
    )
    requires_card = models.BooleanField(default=True, help_text="A complete model card is demanded.")
    blocks_on_alerts = models.BooleanField(
        default=True, help_text="An open alert about the model or its data stops the promotion."
    )
    provenance_issuers = ArrayField(
        models.CharField(max_length=300),
        default=list,
        blank=True,
        help_text="Who may have attested how the version was built. Empty: no attestation is demanded.",
    )
    set_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = "promotion policy"
        verbose_name_plural = "promotion policies"
        # "change" is to set a new revision; nobody deletes one.
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(fields=["model", "revision"], name="promotion_policy_revision_once"),
            models.CheckConstraint(
                condition=Q(min_quality=None) | Q(min_quality__gte=0, min_quality__lte=100),
                name="promotion_policy_quality_in_range",
            ),
            models.CheckConstraint(
                condition=Q(metric_tolerance=None) | Q(metric_tolerance__gte=0),
                name="promotion_policy_tolerance_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}: revision {self.revision}"
