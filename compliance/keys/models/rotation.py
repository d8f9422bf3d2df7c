"""A rotation: from the new key to the last row that was moved to it."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from compliance.audit import Actor
from modelops.crypto.models import KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.states import Reason
from modelops.lib.ids import uuid7


class RotationState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"


FINISHED = (RotationState.SUCCEEDED, RotationState.FAILED)


class Rotation(models.Model):
    """One rotation of one purpose. The row is the truth; the job that works on it may die and be replaced."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    old_key = models.ForeignKey(
        KeyVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="rotations_from"
    )
    new_key = models.ForeignKey(KeyVersion, on_delete=models.PROTECT, related_name="rotations_to")
    reason = models.CharField(max_length=20, choices=Reason.choices)
    state = models.CharField(max_length=20, choices=RotationState.choices, default=RotationState.QUEUED)
    message = models.CharField(max_length=500, blank=True, default="")
    done = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    rate_limit = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(1_000_000)], help_text="Rows a second; 0 is as fast as it goes."
    )
    actor_kind = models.CharField(max_length=20)
    actor_ref = models.CharField(max_length=100)
    second_kind = models.CharField(max_length=20, blank=True, default="")
    second_ref = models.CharField(max_length=100, blank=True, default="")
    job_id = models.UUIDField(null=True, blank=True)
    # Jobs that ended without moving anything, in a row: a rotation that only kills workers is given up.
    fruitless = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view", "change")
        indexes = [models.Index(fields=["purpose", "-id"], name="keys_rotation_purpose")]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"],
                condition=Q(state__in=["queued", "running", "paused"]),
                name="keys_one_rotation_a_purpose",
            ),
            models.CheckConstraint(condition=Q(state__in=RotationState.values), name="keys_rotation_state_known"),
        ]

    def __str__(self) -> str:
        return f"Rotation to {self.new_key}"

    @property
    def actor(self) -> Actor:
        return Actor(self.actor_kind, self.actor_ref)  # type: ignore[arg-type]  # written from an Actor

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED

    @property
    def percent(self) -> int:
        """Progress from 0 to 100."""
        if self.state == RotationState.SUCCEEDED or not self.total:
            return 100 if self.is_finished else 0
        return min(100, (self.done + self.failed) * 100 // self.total)


class RotationStep(models.Model):
    """One table or field of a rotation, and how far it is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="steps")
    label = models.CharField(max_length=300)
    total = models.PositiveBigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)
    is_done = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["rotation", "label"], name="keys_step_once")]

    def __str__(self) -> str:
        return self.label


class RotationRange(models.Model):
    """Primary keys of a step that one connection moves: there while a pass goes over the table.

    A batch holds its range, so two workers on one range take turns, and moves ``after`` along.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    step = models.ForeignKey(RotationStep, on_delete=models.CASCADE, related_name="ranges")
    # The last key that was looked at; empty before the first row of the table.
    after = models.CharField(max_length=100, blank=True, default="")
    # The last key of the range; empty where it goes to the end of the table.
    upto = models.CharField(max_length=100, blank=True, default="")
    is_done = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["step", "upto"], name="keys_range_once")]

    def __str__(self) -> str:
        return f"{self.step} up to {self.upto or 'the end'}"


class RotationFailure(models.Model):
    """A row that could not be moved, and why. It stays under its old key, which therefore cannot be destroyed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="failures")
    label = models.CharField(max_length=300)
    row = models.CharField(max_length=100)
    message = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["rotation", "label", "row"], name="keys_failure_once")]

    def __str__(self) -> str:
        return f"{self.label} {self.row}"
