"""Revisions of a model's card, and explanations of its versions."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.models import ModelVersion, RegisteredModel, RiskClass
from registry.seeing import open_to


class CardQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Revisions of the models that ``user`` may know of."""
        if not user.is_active or not user.has_perm("cards.view_cardrevision"):
            return self.none()
        return self.filter(open_to(user, "model", "model"), model__deleted_at=None)


class CardRevision(models.Model):
    """What the card of a model said from ``created_at`` on, until the next revision. It never changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.ForeignKey(RegisteredModel, on_delete=models.PROTECT, related_name="card_revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField(help_text="What is filled in, by the key of the field.")
    risk_class = models.CharField(max_length=16, choices=RiskClass, help_text="Of the model when this was written.")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="card_revisions"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CardQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["model", "number"], name="cards_revision_number_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="cards_revision_number_positive"),
        ]

    def __str__(self) -> str:
        return f"Card of {self.model}, revision {self.number}"

    def get_absolute_url(self) -> str:
        """The page of this revision."""
        return reverse("cards:revision", args=[self.model.name, self.number])

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)


class CardDraft(models.Model):
    """What a card says elsewhere, until somebody here confirms it as a revision or throws it away. One a model."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.OneToOneField(RegisteredModel, on_delete=models.CASCADE, related_name="card_draft")
    content = models.JSONField(help_text="What is filled in, by the key of the field.")
    source = models.CharField(max_length=200, help_text="Where it comes from, in words.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = "draft of a model card"
        verbose_name_plural = "drafts of model cards"
        default_permissions = ()

    def __str__(self) -> str:
        return f"Draft of the card of {self.model}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)


class Explanation(models.Model):
    """How much each feature counts for what a version says, as an explainer summed it up. It never changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="explanations")
    method = models.CharField(max_length=60, help_text="What computed it: SHAP, permutation importance.")
    features = models.JSONField(help_text='A list of {"name", "value"}, the largest value first.')
    rows = models.BigIntegerField(null=True, help_text="How many rows were explained.")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="model_explanations"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["version", "-id"], name="cards_explanation_newest")]

    def __str__(self) -> str:
        return f"{self.method} of {self.version}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)


class AssessmentDecision(models.TextChoices):
    ACCEPTED = "accepted", "The remaining risk is acceptable"
    REJECTED = "rejected", "The remaining risk is not acceptable"


class ImpactAssessment(models.Model):
    """What was weighed of a model's effect on people, signed. It never changes: a later one takes its place."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.ForeignKey(RegisteredModel, on_delete=models.PROTECT, related_name="impact_assessments")
    number = models.PositiveIntegerField()
    risk_class = models.CharField(max_length=16, choices=RiskClass, help_text="Of the model when this was signed.")
    people = models.TextField("people affected", max_length=4000)
    benefits = models.TextField("benefits and need", max_length=4000)
    risks = models.TextField("risks to rights and freedoms", max_length=4000)
    measures = models.TextField("measures against them", max_length=4000)
    oversight = models.TextField("human oversight and remedy", max_length=4000)
    decision = models.CharField(max_length=10, choices=AssessmentDecision)
    signed_ref = models.CharField(max_length=100, help_text="Who signed, by opaque id, as in the ledger.")
    signed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-number"]
        default_permissions = ("view", "add")
        constraints = [
            models.UniqueConstraint(fields=["model", "number"], name="cards_assessment_number_once"),
            models.CheckConstraint(
                condition=Q(decision__in=AssessmentDecision.values), name="cards_assessment_decision_known"
            ),
            models.CheckConstraint(condition=~Q(signed_ref=""), name="cards_assessment_signed"),
        ]

    def __str__(self) -> str:
        return f"Impact assessment {self.number} of {self.model}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)
