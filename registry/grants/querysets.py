"""Which grants count, and for whom."""

from typing import Any, Self

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from registry.seeing import sees_restricted


class GrantQuerySet(models.QuerySet[Any]):
    """Grants of access."""

    def standing(self) -> Self:
        """Grants that have not expired."""
        # By the clock of the database: the condition is the same text each time (modelops/lib/fixed_queries.py).
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=Now()))

    def expired(self) -> Self:
        """Grants that give nothing any more."""
        return self.filter(expires_at__lte=timezone.now())

    def held_by(self, user: Any) -> Self:
        """Grants to ``user``, in person or through one of the user's groups."""
        return self.filter(Q(user=user.pk) | Q(group__in=Group.objects.filter(user=user.pk).values("pk")))

    def visible_to(self, user: Any) -> Self:
        """All grants for whoever sees all that is restricted, for others those of what they own."""
        if not user.is_authenticated or not user.has_perm("grants.view_grant"):
            return self.none()
        if sees_restricted(user):
            return self.all()
        return self.filter(Q(model__owner=user.pk) | Q(dataset__owner=user.pk))
