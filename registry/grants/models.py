"""A grant: one person or group may have one restricted model or dataset, up to a level."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.models import Dataset, RegisteredModel

from .querysets import GrantQuerySet


class Level(models.TextChoices):
    """Each level holds those before it. Opening files it also gives to whose role does not; changing it does not."""

    VIEW = "view", "See it"
    DOWNLOAD = "download", "See it and open its files"
    EDIT = "edit", "See it, open its files and change it"

    def covers(self, other: "Level") -> bool:
        """Whether this level is at least ``other``."""
        order = list(type(self))
        return order.index(self) >= order.index(other)

    @classmethod
    def highest(cls, levels: "list[str]") -> "Self | None":
        """The highest of ``levels``; None for none."""
        return max((cls(level) for level in levels), key=list(cls).index, default=None)


class Use(models.TextChoices):
    """What the holder may ask of a deployed model; a grant gives it also to whose role does not."""

    PREDICT = "predict", "Ask for predictions"
    EXPLAIN = "explain", "Ask for explanations"


class Grant(models.Model):
    """One holder's access to one model or dataset."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.ForeignKey(RegisteredModel, null=True, blank=True, on_delete=models.CASCADE, related_name="grants")
    dataset = models.ForeignKey(Dataset, null=True, blank=True, on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="registry_grants"
    )
    group = models.ForeignKey(
        "auth.Group", null=True, blank=True, on_delete=models.CASCADE, related_name="registry_grants"
    )
    level = models.CharField(max_length=10, choices=Level, default=Level.VIEW)
    actions = ArrayField(
        models.CharField(max_length=10, choices=Use),
        default=list,
        blank=True,
        help_text="What the holder may ask of it where it is deployed, beside what the role allows.",
    )
    expires_at = models.DateTimeField(null=True, blank=True, help_text="From then on it gives nothing; empty: no end.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(model__isnull=False, dataset=None) | Q(model=None, dataset__isnull=False),
                name="grants_one_object",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, group=None) | Q(user=None, group__isnull=False),
                name="grants_one_holder",
            ),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="grants_level_known"),
            # Null never equals null, so each pair of columns has a constraint of its own.
            models.UniqueConstraint(fields=["model", "user"], name="grants_model_user_once"),
            models.UniqueConstraint(fields=["model", "group"], name="grants_model_group_once"),
            models.UniqueConstraint(fields=["dataset", "user"], name="grants_dataset_user_once"),
            models.UniqueConstraint(fields=["dataset", "group"], name="grants_dataset_group_once"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="grants_expires")]

    def __str__(self) -> str:
        return f"{self.object}: {self.holder_kind}, {self.get_level_display().lower()}"

    @property
    def object(self) -> RegisteredModel | Dataset:
        """The model or dataset."""
        found = self.model or self.dataset
        assert found is not None  # noqa: S101  the database refuses any other row
        return found

    @property
    def holder_kind(self) -> str:
        """ "user" or "group"."""
        return "group" if self.group_id is not None else "user"

    @property
    def has_expired(self) -> bool:
        """Whether it gives nothing any more."""
        return self.expires_at is not None and self.expires_at <= timezone.now()
