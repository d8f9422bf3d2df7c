"""Reviews of access, one of a sample each month and one of every right each quarter. What is signed stays as it is."""

from django.db import models
from django.utils import timezone

from modelops.lib.ids import uuid7


class ReviewKind(models.TextChoices):
    SAMPLE = "sample", "Monthly sample"
    CAMPAIGN = "campaign", "Quarterly, every right"


class AccessReview(models.Model):
    """What was read in a month and who may what, as a sample; or every standing right of a quarter."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=ReviewKind.choices, default=ReviewKind.SAMPLE)
    month = models.DateField(help_text="The first day of the month or quarter that is looked at.")
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    due_at = models.DateTimeField()
    seed = models.CharField(max_length=64, help_text="The sample can be drawn again with it.")
    reads = models.BigIntegerField("reads in the month")
    rights = models.BigIntegerField("standing rights")
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_ref = models.CharField(max_length=100, blank=True, default="")
    statement = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = "access review"
        ordering = ["-month"]
        constraints = [models.UniqueConstraint(fields=["kind", "month"], name="reviews_once")]

    def __str__(self) -> str:
        if self.kind == ReviewKind.CAMPAIGN:
            return f"Access review of quarter {self.quarter}, {self.month.year}"
        return f"Access review of {self.month:%B %Y}"

    @property
    def quarter(self) -> int:
        """1 to 4."""
        return (self.month.month + 2) // 3

    @property
    def period(self) -> str:
        """The month or quarter, as 2026-11 or 2026-Q4."""
        return f"{self.month.year}-Q{self.quarter}" if self.kind == ReviewKind.CAMPAIGN else f"{self.month:%Y-%m}"

    @property
    def audit_label(self) -> str:
        return str(self)

    @property
    def state(self) -> str:
        """signed, overdue or open."""
        if self.signed_at is not None:
            return "signed"
        return "overdue" if self.due_at < timezone.now() else "open"


class LineKind(models.TextChoices):
    READ = "read", "Somebody read"
    RIGHT = "right", "Somebody may"


class Decision(models.TextChoices):
    """What the officer says of a line; a withdrawal and an explanation need a note."""

    KEEP = "keep", "Keep"
    WITHDRAW = "withdraw", "Withdraw"
    EXPLAIN = "explain", "Explain"


class ReviewLine(models.Model):
    """One read or one right of the sample, as it was when the review was opened."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(AccessReview, models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=10, choices=LineKind.choices)
    about_ref = models.CharField(max_length=200, help_text="The id of the ledger's row, or the key of the right.")
    source = models.CharField(max_length=60, blank=True, default="", help_text="Who tells of the right and takes it.")
    group = models.CharField(max_length=120, help_text="The role, or the event.")
    holder_ref = models.CharField(max_length=100)
    says = models.CharField(max_length=400)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_ref = models.CharField(max_length=100, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="When the right was taken away.")

    class Meta:
        verbose_name = "line of a review"
        verbose_name_plural = "lines of a review"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["review", "kind", "about_ref"], name="reviews_line_once")]

    def __str__(self) -> str:
        return self.says[:80]
