"""What must be done again each year: trainings, penetration tests; and whom to call."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7


class ItemKind(models.TextChoices):
    TRAINING = "training", "Training"
    PENETRATION_TEST = "penetration_test", "Penetration test"
    ASSESSMENT = "assessment", "Assessment"
    CONTACT = "contact", "Contact"


class RegisterItem(models.Model):
    """``who`` is a team or role and never a name; a later item of the same kind and team takes its place."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20, choices=ItemKind)
    title = models.CharField(max_length=200)
    who = models.CharField("team or role", max_length=120)
    evidence_url = models.CharField("evidence", max_length=500, blank=True, default="")
    done_on = models.DateField(null=True)
    due_on = models.DateField()
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "training, test or contact"
        verbose_name_plural = "trainings, tests and contacts"
        ordering = ["due_on", "id"]
        default_permissions = ("view", "add", "change")
        constraints = [models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="registers_item_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title} ({self.who})"

    @property
    def audit_label(self) -> str:
        """What the ledger calls it, without words that somebody wrote."""
        return f"{self.get_kind_display().lower()} …{str(self.pk)[-8:]}"

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been done and was not."""
        return self.done_on is None and self.due_on < timezone.now().date()
