"""What is remembered of backups and drills: dates, counts and fingerprints; never a key."""

from django.db import models

from modelops.lib.ids import uuid7


class KeyBackup(models.Model):
    """One backup file of the ring's keys. The file itself is with whoever keeps it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    made_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the file.")
    key_ids = models.JSONField(help_text="Ids of the keys in it.")
    recipients = models.JSONField(help_text="Kinds and fingerprints of the public keys that it was made for.")
    root_key_id = models.CharField(max_length=100)

    class Meta:
        verbose_name = "key backup"
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["made_at"], name="escrow_backup_made_at")]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M} ({self.sha256[:12]})"

    @property
    def key_count(self) -> int:
        """How many keys are in the file."""
        return len(self.key_ids)


class DrillOutcome(models.TextChoices):
    PASSED = "passed", "Passed"
    FAILED = "failed", "Failed"


class RestoreDrill(models.Model):
    """One attempt to bring everything back from a database dump and a key backup alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    ran_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=DrillOutcome.choices)
    code = models.CharField(max_length=60, blank=True, default="", help_text="Why it failed.")
    backup_sha256 = models.CharField(max_length=64, blank=True, default="")
    backup_made_at = models.DateTimeField(null=True)
    dump_sha256 = models.CharField(max_length=64, blank=True, default="")
    dump_ends_at = models.DateTimeField(null=True, help_text="Time of the newest entry of the audit log in the dump.")
    keys_opened = models.PositiveIntegerField(default=0)
    values_opened = models.PositiveIntegerField(default=0)
    samples = models.JSONField(default=list, help_text="What was opened, by its place.")
    duration_s = models.FloatField(default=0)

    class Meta:
        verbose_name = "restore drill"
        ordering = ["-ran_at"]
        indexes = [models.Index(fields=["outcome", "ran_at"], name="escrow_drill_ran_at")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=DrillOutcome.values), name="escrow_drill_outcome_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="failed") | ~models.Q(code=""), name="escrow_drill_failed_with_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ran_at:%Y-%m-%d %H:%M} {self.outcome}"
