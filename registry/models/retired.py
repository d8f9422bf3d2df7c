"""Names that were used once and stand for nothing any more."""

from django.db import models

from modelops.lib.ids import uuid7


class RetiredName(models.Model):
    """The name of a purged model or dataset. It is not given out again: reports and the ledger still say it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=[("model", "Model"), ("dataset", "Dataset")])
    name = models.CharField(max_length=100)
    retired_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-retired_at"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="registry_retired_name_once"),
            models.CheckConstraint(condition=models.Q(kind__in=["model", "dataset"]), name="registry_retired_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
