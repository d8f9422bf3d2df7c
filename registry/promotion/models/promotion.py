"""A request to point a protected alias at a version, and each approval of it."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from compliance.audit import Actor
from modelops.lib.ids import uuid7
from registry.models import ModelVersion, RegisteredModel
from registry.promotion.querysets import PromotionQuerySet


class State(models.TextChoices):
    WAITING = "waiting", "Waiting"
    EXECUTED = "executed", "Approved and done"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"
    OUTDATED = "outdated", "Outdated"


class Kind(models.TextChoices):
    PROMOTION = "promotion", "Promotion"
    ROLLBACK = "rollback", "Back to a former version"


class Promotion(models.Model):
    """One request. What it is about never changes: whoever approves, approves exactly ``payload``.

    ``gates`` is what the gates said when it was asked for, ``final_gates`` what they said in the transaction that moved
    the alias, or closed the request because something was not as before.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="promotions")
    # The number stays when the version is purged.
    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.SET_NULL, related_name="promotions")
    number = models.PositiveIntegerField()
    alias = models.CharField(max_length=100)
    from_number = models.PositiveIntegerField(null=True, help_text="Where the alias pointed when it was asked for.")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PROMOTION)
    reason = models.CharField(max_length=500, blank=True, default="", help_text="Why it is to be promoted.")
    payload = models.JSONField(help_text="What is approved: the version with its files, the gates, the policy.")
    payload_digest = models.CharField(max_length=64, help_text="SHA-256 of the payload in canonical form.")
    gates = models.JSONField(default=list, help_text='A list of {"gate", "label", "passed", "reason"}.')
    final_gates = models.JSONField(null=True, blank=True)
    override_reason = models.CharField(
        max_length=500, blank=True, default="", help_text="Why failed gates are passed by; one more person approves."
    )
    approvals_needed = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    requester_kind = models.CharField(max_length=20)
    requester_ref = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=500, blank=True, default="")

    objects = PromotionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        # "add" is to ask, "approve" to decide about what somebody else asked for.
        default_permissions = ("view", "add")
        permissions = [("approve_promotion", "Can approve and reject promotions that others asked for")]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "alias"], condition=Q(state="waiting"), name="promotion_one_waiting"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="promotion_state_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="promotion_kind_known"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None) | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="promotion_decided_when_closed",
            ),
            models.CheckConstraint(condition=Q(approvals_needed__gte=1), name="promotion_needs_somebody"),
            models.CheckConstraint(
                condition=~Q(state="executed") | Q(final_gates__isnull=False), name="promotion_gates_asked_at_the_end"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="promotion_state_newest"),
            models.Index(fields=["model", "-id"], name="promotion_model_newest"),
            models.Index(fields=["requester_ref", "-id"], name="promotion_requester"),
            models.Index(fields=["expires_at"], condition=Q(state="waiting"), name="promotion_expiring"),
        ]

    def __str__(self) -> str:
        return f"{self.model.name}@{self.alias}: v{self.number}"

    def get_absolute_url(self) -> str:
        """The request's page in the portal."""
        return reverse("promotion:detail", args=[self.pk])

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)

    @property
    def requester(self) -> Actor:
        return Actor(self.requester_kind, self.requester_ref)  # type: ignore[arg-type]  # written from an Actor

    @property
    def is_waiting(self) -> bool:
        """Whether it can still be approved."""
        return self.state == State.WAITING and timezone.now() < self.expires_at

    @property
    def has_run_out(self) -> bool:
        """Whether it waits for nothing any more: its time is over and the schedule has not closed it yet."""
        return self.state == State.WAITING and timezone.now() >= self.expires_at

    @property
    def failed_gate_names(self) -> list[str]:
        """Keys of the gates that said no when it was asked for."""
        return [one["gate"] for one in self.failed_gates]

    @property
    def approver_refs(self) -> list[str]:
        """Who approved, by the ids of the accounts."""
        return [row.approver_ref for row in self.approvals.all()]

    @property
    def failed_gates(self) -> list[dict[str, Any]]:
        """The gates that said no when it was asked for."""
        return [one for one in self.gates if not one["passed"]]


class PromotionApproval(models.Model):
    """One person's word for one exact payload."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="approvals")
    approver_ref = models.CharField(max_length=100)
    requester_ref = models.CharField(max_length=100, editable=False)
    payload_digest = models.CharField(max_length=64)
    approved_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = "approval of a promotion"
        verbose_name_plural = "approvals of promotions"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["promotion", "approver_ref"], name="promotion_approved_once_each"),
            models.CheckConstraint(
                condition=~Q(approver_ref=F("requester_ref")), name="promotion_never_by_the_requester"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.promotion}: approved {self.approved_at:%Y-%m-%d %H:%M} UTC"
