"""A change of a key that waits for a second person."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from compliance.audit import Actor
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.states import Reason
from modelops.lib.ids import uuid7


class Action(models.TextChoices):
    ACTIVATE = "activate", "Activate"
    ROTATE = "rotate", "Rotate"
    RESUME = "resume", "Resume"
    DESTROY = "destroy", "Destroy"


class ApprovalState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    EXECUTED = "executed", "Approved and done"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"


class Approval(models.Model):
    """One request, bound to one action on one key in the state that the asker saw."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    action = models.CharField(max_length=20, choices=Action.choices)
    key = models.ForeignKey(KeyVersion, on_delete=models.PROTECT, related_name="approvals")
    key_state = models.CharField(max_length=20, choices=KeyState.choices)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    state = models.CharField(max_length=20, choices=ApprovalState.choices, default=ApprovalState.WAITING)
    actor_kind = models.CharField(max_length=20)
    actor_ref = models.CharField(max_length=100)
    second_kind = models.CharField(max_length=20, blank=True, default="")
    second_ref = models.CharField(max_length=100, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "request for approval"
        verbose_name_plural = "requests for approval"
        ordering = ["-id"]
        # "add" is to ask, "change" is to decide about what somebody else asked for.
        default_permissions = ("view", "add", "change")
        indexes = [models.Index(fields=["key", "-id"], name="keys_approval_key")]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "action"], condition=Q(state="waiting"), name="keys_one_waiting_request"
            ),
            models.CheckConstraint(condition=Q(state__in=ApprovalState.values), name="keys_approval_state_known"),
            models.CheckConstraint(condition=Q(action__in=Action.values), name="keys_approval_action_known"),
            # What was done was decided by somebody else than who asked.
            models.CheckConstraint(
                condition=~Q(state="executed") | (~Q(second_ref="") & ~Q(second_ref=models.F("actor_ref"))),
                name="keys_approval_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.key}"

    @property
    def actor(self) -> Actor:
        return Actor(self.actor_kind, self.actor_ref)  # type: ignore[arg-type]  # written from an Actor

    @property
    def is_open(self) -> bool:
        """Whether it can still be approved."""
        return self.state == ApprovalState.WAITING and timezone.now() < self.expires_at
