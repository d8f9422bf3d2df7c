"""When erasures were last shown to survive a restore."""

from django.db import models
from django.db.models import Q

from modelops.lib.ids import uuid7


class DrillOutcome(models.TextChoices):
    PASSED = "passed", "Passed"
    FAILED = "failed", "Failed"


class ErasureDrill(models.Model):
    """One attempt to restore a dump and to find nobody in it who was erased. Numbers, and no person."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    ran_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=DrillOutcome)
    code = models.CharField(max_length=60, blank=True, default="", help_text="Why it failed.")
    dump_sha256 = models.CharField(max_length=64, blank=True, default="")
    dump_ends_at = models.DateTimeField(null=True, help_text="Time of the newest entry of the audit log in the dump.")
    erasures = models.PositiveIntegerField(default=0, help_text="Erasures that were done again.")
    rows = models.PositiveIntegerField(default=0, help_text="Rows that this took out of the dump.")
    found = models.PositiveIntegerField(default=0, help_text="Places where somebody was still found.")
    duration_s = models.FloatField(default=0)

    class Meta:
        verbose_name = "restore drill of erasures"
        verbose_name_plural = "restore drills of erasures"
        ordering = ["-ran_at"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["outcome", "ran_at"], name="subjects_drill_ran_at")]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=DrillOutcome.values), name="subjects_drill_outcome"),
            models.CheckConstraint(
                condition=Q(outcome="passed", code="", found=0) | Q(outcome="failed") & ~Q(code=""),
                name="subjects_drill_passed_finds_nobody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ran_at:%Y-%m-%d %H:%M} {self.outcome}"
