"""What verifications of the ledger have shown. The rows are facts; the ledger itself carries one event for each."""

from django.db import models
from django.db.models.functions import Now

from modelops.lib.ids import uuid7


class Verification(models.Model):
    """One verification: how far it looked, what it found, the root that it computed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    ran_at = models.DateTimeField(db_default=Now(), editable=False)
    is_full = models.BooleanField("full")
    holds = models.BooleanField()
    size = models.BigIntegerField("rows in the tree")
    rows = models.BigIntegerField("rows hashed anew")
    root = models.CharField("root hash", max_length=64)
    checkpoints = models.BigIntegerField()
    anchored_size = models.BigIntegerField("rows under an anchored head")
    anchors = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    duration_s = models.FloatField("seconds")

    class Meta:
        verbose_name = "verification"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{'Holds' if self.holds else 'Does not hold'}, {self.size} rows"
