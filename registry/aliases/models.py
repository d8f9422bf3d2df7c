"""An alias, and each of its moves."""

from typing import Any, Self

from django.db import models
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.models import ModelVersion, RegisteredModel
from registry.seeing import open_to


class AliasQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Aliases of the models that ``user`` may know of."""
        if not user.is_active or not user.has_perm("aliases.view_alias"):
            return self.none()
        return self.filter(open_to(user, "model", "model"), model__deleted_at=None)


class Alias(models.Model):
    """A name of one model that points at one of its versions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=100)
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="aliases")
    set_at = models.DateTimeField(default=timezone.now)

    objects = AliasQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "aliases"
        constraints = [models.UniqueConstraint(fields=["model", "name"], name="aliases_name_once")]

    def __str__(self) -> str:
        return f"{self.model}@{self.name}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)


class AliasChange(models.Model):
    """One move of an alias: from which version number to which, and what the gates said. Who did it: the ledger."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="alias_changes")
    alias = models.CharField(max_length=100)
    from_number = models.PositiveIntegerField(null=True)
    to_number = models.PositiveIntegerField(null=True)
    gates = models.JSONField(default=list, blank=True, help_text='A list of {"gate", "passed", "reason"}.')
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = "alias change"
        indexes = [models.Index(fields=["model", "alias", "-id"], name="aliases_history")]

    def __str__(self) -> str:
        return f"{self.model}@{self.alias}: {self.from_number or '–'} → {self.to_number or '–'}"
