"""Which requests somebody may know of, and which wait for whom."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from registry.seeing import open_to


class PromotionQuerySet(models.QuerySet[Any]):
    """Requests to move protected aliases."""

    def visible_to(self, user: Any) -> Self:
        """Requests about the models that ``user`` may know of."""
        if not user.is_active or not user.has_perm("promotion.view_promotion"):
            return self.none()
        return self.filter(open_to(user, "model", "model"), model__deleted_at=None)

    def waiting(self) -> Self:
        """Requests that can still be approved."""
        return self.filter(state="waiting", expires_at__gt=timezone.now())

    def run_out(self) -> Self:
        """Requests whose time is over and that nobody closed yet."""
        return self.filter(state="waiting", expires_at__lte=timezone.now())

    def asked_by(self, user: Any) -> Self:
        """What ``user`` asked for."""
        return self.filter(requester_ref=str(user.pk))

    def for_approval_by(self, user: Any) -> Self:
        """What waits for ``user``: asked for by somebody else, and not approved by ``user`` yet."""
        if not user.has_perm("promotion.approve_promotion"):
            return self.none()
        mine = Q(requester_ref=str(user.pk)) | Q(approvals__approver_ref=str(user.pk))
        return self.visible_to(user).waiting().exclude(mine)
