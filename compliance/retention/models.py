"""Policies of retention, the changes of them that wait for a second person, and what each run has counted."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from modelops.jobs.models import Job
from modelops.lib.ids import uuid7

from .data_classes import data_class, data_classes


class Action(models.TextChoices):
    """What happens to what is past its date."""

    DELETE = "delete", "Delete"
    ANONYMISE = "anonymise", "Anonymise"
    ARCHIVE = "archive", "Archive"


class RetentionPolicy(models.Model):
    """How long one class of data is kept, on which basis, and what happens then. A hold stops all of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    data_class = models.CharField(max_length=40, unique=True)
    days = models.PositiveIntegerField(help_text="Days after which the data is past its date.")
    action = models.CharField(max_length=12, choices=Action)
    basis = models.CharField("legal basis", max_length=400)
    archive_days = models.PositiveIntegerField(null=True, help_text="How long what was archived is kept after that.")
    held_at = models.DateTimeField("on legal hold since", null=True)
    hold_reason = models.CharField(max_length=300, blank=True, default="")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "retention policy"
        verbose_name_plural = "retention policies"
        ordering = ["data_class"]
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(data_class__in=[one.key for one in data_classes()]), name="retention_policy_known_class"
            ),
            models.CheckConstraint(condition=Q(days__gt=0), name="retention_policy_days"),
            models.CheckConstraint(condition=Q(action__in=Action.values), name="retention_policy_action"),
            models.CheckConstraint(
                condition=~Q(action="archive") | Q(archive_days__gt=0), name="retention_archive_has_an_end"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The class in words."""
        return data_class(self.data_class).label

    @property
    def audit_label(self) -> str:
        return str(self)


class ChangeState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    APPROVED = "approved", "Approved"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"


class PolicyChange(models.Model):
    """What somebody asks a policy to become, and how many rows that would touch when it was asked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    policy = models.ForeignKey(RetentionPolicy, models.PROTECT, related_name="changes")
    days = models.PositiveIntegerField()
    action = models.CharField(max_length=12, choices=Action)
    basis = models.CharField("legal basis", max_length=400)
    archive_days = models.PositiveIntegerField(null=True)
    lifts_hold = models.BooleanField(default=False)
    affected = models.PositiveBigIntegerField("rows past their date under it")
    from_changed_at = models.DateTimeField(help_text="The policy that the asker saw was last changed then.")
    state = models.CharField(max_length=12, choices=ChangeState, default=ChangeState.WAITING)
    actor_kind = models.CharField(max_length=20)
    actor_ref = models.CharField(max_length=100)
    second_kind = models.CharField(max_length=20, blank=True, default="")
    second_ref = models.CharField(max_length=100, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "change of a retention policy"
        verbose_name_plural = "changes of retention policies"
        ordering = ["-id"]
        # "add" is to ask, "change" is to decide about what somebody else asked for.
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["policy"], condition=Q(state="waiting"), name="retention_one_waiting_change"
            ),
            models.CheckConstraint(condition=Q(state__in=ChangeState.values), name="retention_change_state"),
            models.CheckConstraint(
                condition=~Q(state="approved") | (~Q(second_ref="") & ~Q(second_ref=F("actor_ref"))),
                name="retention_change_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy.label}: {self.get_action_display().lower()} after {self.days} days"

    @property
    def audit_label(self) -> str:
        return str(self)

    @property
    def is_open(self) -> bool:
        """Whether it can still be approved."""
        return self.state == ChangeState.WAITING and timezone.now() < self.expires_at


class RetentionRun(models.Model):
    """One look at all classes, or one removal: numbers by class and never the data."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    is_executed = models.BooleanField("removes", default=False)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    actor_kind = models.CharField(max_length=20)
    actor_ref = models.CharField(max_length=100)
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)
    lines: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    class Meta:
        verbose_name = "retention run"
        ordering = ["-id"]
        default_permissions = ("view", "add")

    def __str__(self) -> str:
        return f"{'Removal' if self.is_executed else 'Dry run'} of {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def audit_label(self) -> str:
        return str(self)

    @property
    def due(self) -> int:
        """How many rows and files were past their date."""
        return sum(line["due"] for line in self.lines.values())

    @property
    def removed(self) -> int:
        """How many of them were dealt with."""
        return sum(line["removed"] for line in self.lines.values())
