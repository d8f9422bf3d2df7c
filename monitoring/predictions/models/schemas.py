"""What people say about a version's features, and about the groups that a model must not treat differently."""

from django.db import models

from registry.models import ModelVersion, RegisteredModel
from registry.querysets import VisibleQuerySet


class SchemaQuerySet(VisibleQuerySet):
    view_permission = "predictions.view_featureschema"
    decided_by = (("model", "version__model"),)


class FeatureSchema(models.Model):
    """The features of a version: ``{"age": {"min": 0, "max": 130}}``. A batch with a value out of range is refused."""

    version = models.OneToOneField(
        ModelVersion, primary_key=True, on_delete=models.CASCADE, related_name="feature_schema"
    )
    features = models.JSONField(default=dict)
    changed_at = models.DateTimeField(auto_now=True)

    objects = SchemaQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Features of {self.version}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self.version)


class GroupPolicy(models.Model):
    """Which features tell groups of people apart, which answer is the favourable one, and how far apart they may be.

    ``limit`` is the widest gap of selection, true positive or false positive rates between two groups that is no alert.
    """

    model = models.OneToOneField(
        RegisteredModel, primary_key=True, on_delete=models.CASCADE, related_name="group_policy"
    )
    features = models.JSONField(default=list)
    favourable = models.CharField(max_length=100)
    limit = models.FloatField(default=0.1)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "group policies"

    def __str__(self) -> str:
        return f"Groups of {self.model}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self.model)
