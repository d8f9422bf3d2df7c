"""What the clock wrote down of each thing's posture: since when something is found, and the score of each day."""

from django.db import models

from modelops.lib.ids import uuid7


class OpenFinding(models.Model):
    """A check that does not hold for a thing, and since when. The row goes when the check holds again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20)
    ref = models.UUIDField(help_text="The model or the service account.")
    check_key = models.CharField(max_length=60)
    since = models.DateTimeField()

    class Meta:
        ordering = ["since", "id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "ref", "check_key"], name="posture_open_once")]

    def __str__(self) -> str:
        return f"{self.check_key} of {self.kind} {self.ref}"


class DayScore(models.Model):
    """How many checks held of how many that applied, at the last look of a day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20)
    ref = models.UUIDField(help_text="The model or the service account.")
    day = models.DateField()
    held = models.PositiveSmallIntegerField()
    total = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["day"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "ref", "day"], name="posture_day_once")]
        indexes = [models.Index(fields=["day"], name="posture_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref} on {self.day}: {self.held} of {self.total}"


class PostureSnapshot(models.Model):
    """The signed posture of a month, as a file; only ever added."""

    month = models.CharField(max_length=7, primary_key=True)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-month"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.month

    @property
    def audit_label(self) -> str:
        return self.month


class DeployCheck(models.Model):
    """What the deployment checks warned of on a day: ``[{"id", "level", "says"}]``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    day = models.DateField(unique=True)
    looked_at = models.DateTimeField()
    warnings = models.JSONField(default=list)

    class Meta:
        ordering = ["-day"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.day}: {len(self.warnings)} warnings"
