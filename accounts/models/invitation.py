"""An invitation that a person turns into an account."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.querysets import InvitationQuerySet
from modelops.lib.ids import uuid7


class Invitation(models.Model):
    """A single-use link, valid for 72 hours; the inviter fixes the role.

    The token is kept as a keyed digest: whoever reads the table cannot accept an invitation.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=150, blank=True)
    token_digest = models.BinaryField(max_length=32, unique=True, editable=False)
    inviter_kind = models.CharField(max_length=20)
    inviter_ref = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="accounts_invitation_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation of {self.user}"

    @property
    def state(self) -> str:
        """accepted, revoked, expired or open."""
        if self.accepted_at:
            return "accepted"
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "open"
