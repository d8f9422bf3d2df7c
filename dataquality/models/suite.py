"""Suites of rules: what a dataset has to keep."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from dataquality.querysets import RuleSuiteQuerySet
from modelops.crypto.columns import EncryptedJSONField
from modelops.lib.ids import uuid7
from registry.models import Dataset


class RuleSuite(models.Model):
    """A named suite of a dataset through all its versions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="rule_suites")
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="rule_suites"
    )
    last_number = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RuleSuiteQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["dataset", "name"], name="quality_suite_name_once")]
        indexes = [models.Index(fields=["-created_at", "-id"], name="quality_suite_newest")]

    def __str__(self) -> str:
        return f"{self.name} of {self.dataset.name}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)


class RuleSuiteVersion(models.Model):
    """Version ``number`` of a suite. It never changes; the rules may name values of the data and are encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    suite = models.ForeignKey(RuleSuite, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = EncryptedJSONField(help_text='{"rules": […]} as `dataquality.suites.read_suite` takes it.')
    digest = models.CharField(max_length=64, help_text="SHA-256 of the document, keys in order.")
    rule_count = models.PositiveIntegerField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="rule_suite_versions"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["suite", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["suite", "number"], name="quality_suite_version_once"),
            models.CheckConstraint(condition=Q(number__gt=0, rule_count__gt=0), name="quality_suite_version_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.suite} v{self.number}"


class RuleSnooze(models.Model):
    """A rule that takes nothing from the score until a day, with the reason."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    suite = models.ForeignKey(RuleSuite, on_delete=models.CASCADE, related_name="snoozes")
    rule = models.CharField(max_length=80)
    until = models.DateTimeField()
    reason = models.CharField(max_length=500)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="rule_snoozes"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["suite", "-created_at"]
        indexes = [models.Index(fields=["suite", "until"], name="quality_snooze_until")]

    def __str__(self) -> str:
        return f"{self.rule} of {self.suite} until {self.until:%Y-%m-%d}"
