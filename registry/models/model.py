"""A registered model: the name under which versions are kept."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.querysets import RegisteredModelQuerySet

from .deletable import Deletable, deleted_until, purge_index


class TaskType(models.TextChoices):
    BINARY_CLASSIFICATION = "binary_classification", "Binary classification"
    MULTICLASS_CLASSIFICATION = "multiclass_classification", "Multiclass classification"
    REGRESSION = "regression", "Regression"
    RANKING = "ranking", "Ranking"
    CLUSTERING = "clustering", "Clustering"
    FORECASTING = "forecasting", "Forecasting"
    TEXT_GENERATION = "text_generation", "Text generation"
    EMBEDDING = "embedding", "Embedding"
    OTHER = "other", "Other"


class RiskClass(models.TextChoices):
    """What the EU AI Act asks for: Article 5 (prohibited), 6 (high risk), 50 (transparency), or nothing of these."""

    UNCLASSIFIED = "unclassified", "Not classified yet"
    MINIMAL = "minimal", "Minimal risk"
    LIMITED = "limited", "Limited risk (transparency)"
    HIGH = "high", "High risk"
    PROHIBITED = "prohibited", "Prohibited practice"


class RegisteredModel(Deletable):
    """One model through all its versions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    task_type = models.CharField(max_length=32, choices=TaskType)
    description = models.TextField(blank=True, max_length=4000)
    purpose = models.CharField(
        max_length=1000, blank=True, default="", help_text="What it decides or advises, for whom."
    )
    risk_class = models.CharField(max_length=16, choices=RiskClass, default=RiskClass.UNCLASSIFIED)
    # The account may be erased; who registered the model stays provable through the audit log.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="registered_models", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text="When a version was added or removed, or a setting changed."
    )
    last_number = models.PositiveIntegerField(default=0, editable=False, help_text="The highest number given out.")
    is_restricted = models.BooleanField(default=False, help_text="Only the owner and named people see the model.")
    needs_step_up = models.BooleanField(
        default=False, help_text="Files, parameters and access ask for a fresh second factor."
    )
    access_code_hash = models.CharField(max_length=200, blank=True, default="", editable=False)
    primary_metric = models.CharField(max_length=100, blank=True, default="")
    metric_directions = models.JSONField(
        default=dict, blank=True, help_text='{"rmse": "minimise"}; what is not named has a proposal by its name.'
    )
    min_replicas = models.PositiveSmallIntegerField(
        default=1, help_text="In how many locations each version must lie, the primary one counted."
    )
    replicate_to = models.ManyToManyField(
        "locations.StorageLocation", blank=True, related_name="+", help_text="Empty: every enabled location."
    )

    objects = RegisteredModelQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        permissions = [
            ("view_restricted", "Can see restricted models and datasets without being named"),
            ("manage_access", "Can see every model and dataset and decide who has access"),
            ("bypass_step_up", "Can let an API key that names this open what asks for a second factor"),
        ]
        constraints = [
            deleted_until("registry_model_deleted_until"),
            models.CheckConstraint(
                condition=models.Q(task_type__in=TaskType.values), name="registry_model_task_type_known"
            ),
            models.CheckConstraint(
                condition=models.Q(risk_class__in=RiskClass.values), name="registry_model_risk_class_known"
            ),
        ]
        indexes = [
            # Django asks UPPER(name) LIKE '%…%' for icontains: only a trigram index of that expression answers it.
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="registry_model_name_trgm"),
            # The list's other order, and its filters in the order of the newest.
            models.Index(fields=["-changed_at", "-id"], name="registry_model_changed"),
            models.Index(fields=["task_type", "-id"], name="registry_model_task_newest"),
            models.Index(fields=["owner", "-id"], name="registry_model_owner_newest"),
            models.Index(fields=["risk_class", "-id"], name="registry_model_risk_newest"),
            purge_index("registry_model_purge"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)

    @property
    def has_access_code(self) -> bool:
        """Whether downloads ask for the model's access code."""
        return bool(self.access_code_hash)

    def get_absolute_url(self) -> str:
        """The model's page in the portal."""
        return reverse("registry:model-detail", args=[self.name])
