"""An alias, and each of its moves."""

from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
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


class AliasPeriod(models.Model):
    """The time through which an alias pointed at one version; the last one is open at its end while it still does.

    The database refuses two versions at one moment, so "what was production then" has one answer, or none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="alias_periods")
    alias = models.CharField(max_length=100)
    number = models.PositiveIntegerField(help_text="Of the version; it stays when the version is purged.")
    during = DateTimeRangeField(help_text="From the move until the next one; the beginning belongs to it.")

    class Meta:
        ordering = ["-id"]
        verbose_name = "alias period"
        default_permissions = ("view",)
        constraints = [
            ExclusionConstraint(
                name="aliases_one_version_at_a_time",
                expressions=[
                    ("model", RangeOperators.EQUAL),
                    ("alias", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            models.UniqueConstraint(
                fields=["model", "alias"], condition=Q(during__upper_inf=True), name="aliases_one_open_period"
            ),
            models.CheckConstraint(condition=Q(during__startswith__isnull=False), name="aliases_period_begins"),
        ]
        indexes = [models.Index(fields=["model", "alias", "-id"], name="aliases_periods_newest")]

    def __str__(self) -> str:
        return f"{self.model}@{self.alias}: v{self.number}"
