"""An erasure on its way: its plan, the steps of it, and what was decided about models that learnt from the person."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.jobs.models import Job
from modelops.lib.ids import uuid7

from .request import SubjectRequest


class PlanState(models.TextChoices):
    """Where an erasure stands."""

    DRAFT = "draft", "Previewed"
    APPROVED = "approved", "Approved"
    RUNNING = "running", "Erasing"
    DONE = "done", "Done"
    WITHDRAWN = "withdrawn", "Withdrawn"


class StepState(models.TextChoices):
    WAITING = "waiting", "To do"
    DONE = "done", "Done"
    HELD = "held", "Kept"


class Decision(models.TextChoices):
    """What happens to a model that was trained on the person's data."""

    RETRAIN = "retrain", "Train again without the person"
    EXCLUDE = "exclude", "Take out of use"
    ACCEPT = "accept", "Keep: it gives nothing of the person away"


class ErasurePlan(models.Model):
    """What will be erased, as it was previewed; a second person approves exactly this.

    ``account_ids`` are opaque: they lead to rows when the account itself names nobody any more. ``subject_hash`` is
    SHA-256 of ``salt`` and the address or reference: whoever knows the person can check the certificate against it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(SubjectRequest, on_delete=models.PROTECT, related_name="erasures")
    state = models.CharField(max_length=12, choices=PlanState, default=PlanState.DRAFT)
    account_ids = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    planned_at = models.DateTimeField(default=timezone.now)
    planned_by = models.CharField(max_length=100)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=100, blank=True, default="")
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    failure = models.CharField(max_length=500, blank=True, default="")
    swept_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    salt = models.CharField(max_length=32, blank=True, default="")
    subject_hash = models.CharField(max_length=64, blank=True, default="")
    certificate = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = "erasure"
        ordering = ["-id"]
        default_permissions = ()
        permissions = [("approve_erasure", "Can approve an erasure that somebody else planned")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PlanState.values), name="subjects_erasure_state"),
            models.UniqueConstraint(
                fields=["request"], condition=~Q(state="withdrawn"), name="subjects_erasure_one_a_request"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | (~Q(approved_by="") & ~Q(approved_by=models.F("planned_by"))),
                name="subjects_erasure_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="done", swept_at__isnull=False) & ~Q(certificate="")
                | ~Q(state="done") & Q(certificate=""),
                name="subjects_erasure_certificate_after_sweep",
            ),
        ]

    def __str__(self) -> str:
        return f"Erasure for {self.request}"

    @property
    def accounts(self) -> frozenset[uuid.UUID]:
        """The person's portal accounts."""
        return frozenset(uuid.UUID(each) for each in self.account_ids)


class ErasureStep(models.Model):
    """One part of what is erased: what the preview counted, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(ErasurePlan, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    provider = models.CharField(max_length=100)
    part = models.CharField(max_length=100, blank=True, default="")
    label = models.CharField(max_length=300)
    action = models.CharField(max_length=12)
    rows = models.PositiveBigIntegerField()
    state = models.CharField(max_length=8, choices=StepState, default=StepState.WAITING)
    erased = models.PositiveBigIntegerField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    recheck_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "step of an erasure"
        verbose_name_plural = "steps of erasures"
        ordering = ["position"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(state__in=StepState.values), name="subjects_step_state"),
            models.UniqueConstraint(fields=["plan", "position"], name="subjects_step_position_once"),
            models.CheckConstraint(condition=~Q(state="held") | ~Q(reason=""), name="subjects_step_held_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.action}"


class ModelImpact(models.Model):
    """Something that was trained on the person's data, as the preview found it, and what is to happen to it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(ErasurePlan, on_delete=models.CASCADE, related_name="impacts")
    target_type = models.CharField(max_length=100)
    target_id = models.CharField(max_length=100)
    label = models.CharField(max_length=300)
    via = models.CharField(max_length=1000)
    stage = models.CharField(max_length=300, blank=True, default="")
    live_at: Any = models.JSONField(default=list)
    url = models.CharField(max_length=500, blank=True, default="")
    decision = models.CharField(max_length=8, choices=Decision, blank=True, default="")
    decided_by = models.CharField(max_length=100, blank=True, default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "model that learnt from a person"
        verbose_name_plural = "models that learnt from people"
        ordering = ["label", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["plan", "target_type", "target_id"], name="subjects_impact_once"),
            models.CheckConstraint(condition=Q(decision__in=["", *Decision.values]), name="subjects_impact_decision"),
        ]

    def __str__(self) -> str:
        return self.label


class LegalHold(models.Model):
    """Data that the law keeps, by class: of one person, or, with no person named, of everybody (an exemption)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    data_class = models.CharField(max_length=100, help_text="Key of the provider of personal data.")
    request = models.ForeignKey(
        SubjectRequest, null=True, blank=True, on_delete=models.PROTECT, related_name="holds",
        help_text="The request of the person whose data is held; empty for everybody.",
    )  # fmt: skip
    basis = models.CharField(max_length=300, help_text="The law or duty that keeps it.")
    recheck_on = models.DateField(help_text="When somebody looks again whether it still holds.")
    set_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "legal hold"
        ordering = ["recheck_on", "id"]
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(basis=""), name="subjects_hold_has_basis")]
        indexes = [models.Index(fields=["data_class"], condition=Q(lifted_at=None), name="subjects_hold_standing")]

    def __str__(self) -> str:
        return f"{self.data_class}: {self.basis}"
