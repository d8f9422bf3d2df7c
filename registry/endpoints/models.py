"""The record of one deployment endpoint, and what it last answered to a caller without any credential."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.models import ModelVersion, RegisteredModel
from registry.querysets import VisibleQuerySet

# A receiver's address is at most this long (modelops.lib.outbound).
LONGEST_URL = 2000


class Authentication(models.TextChoices):
    """How the endpoint knows who calls; empty when nobody has recorded it."""

    OAUTH2 = "oauth2", "OAuth 2.0"
    API_KEY = "api_key", "API key"
    MUTUAL_TLS = "mutual_tls", "Client certificate"
    OTHER = "other", "Another way"
    NONE = "none", "None: anybody may call"


class Verdict(models.TextChoices):
    """What the last look from outside has shown."""

    NEVER = "never", "Not looked at yet"
    REFUSED = "refused", "Refused without a credential"
    OPEN = "open", "Answered without a credential"
    UNCLEAR = "unclear", "Answered neither way"
    UNREACHABLE = "unreachable", "Not reachable from here"


class EndpointQuerySet(VisibleQuerySet):
    view_permission = "endpoints.view_deploymentendpoint"
    decided_by = (("model", "model"),)

    def alive(self) -> "EndpointQuerySet":
        """Endpoints of models that are not deleted."""
        return self.filter(model__deleted_at=None)

    def of_unknown_versions(self) -> "EndpointQuerySet":
        """Endpoints that name a version which the registry does not have, or has no more."""
        known = ModelVersion.objects.alive().filter(model=OuterRef("model"), number=OuterRef("version_number"))
        return self.exclude(version_number=None).exclude(Exists(known))


class DeploymentEndpoint(models.Model):
    """Where a model answers. What is recorded is what somebody says of it; the probe's columns are what was seen."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The unique pair with the name begins with it: an index of its own would only cost.
    model = models.ForeignKey(
        RegisteredModel, on_delete=models.CASCADE, related_name="deployment_endpoints", db_index=False
    )
    name = models.CharField(max_length=100)
    # A number and no key to the version: what is deployed goes on being named when its version was removed for good.
    version_number = models.PositiveIntegerField("version", null=True, blank=True)
    url = models.CharField("address", max_length=LONGEST_URL)
    authentication = models.CharField("authentication type", max_length=20, choices=Authentication, blank=True)
    # None: nobody has recorded it.
    is_required = models.BooleanField("authentication required", null=True, blank=True)
    is_role_based = models.BooleanField("role-based authorization", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    probed_at = models.DateTimeField("last looked at", null=True, editable=False)
    answer = models.PositiveSmallIntegerField("last answer", null=True, editable=False, help_text="An HTTP status.")
    problem = models.CharField(max_length=300, blank=True, default="", editable=False)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = "deployment endpoint"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["model", "name"], name="endpoints_name_once"),
            models.CheckConstraint(
                condition=Q(authentication__in=["", *Authentication.values]), name="endpoints_authentication_known"
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="endpoints_by_name"),
            models.Index(fields=["probed_at", "id"], name="endpoints_by_look"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)

    @property
    def verdict(self) -> Verdict:
        """What the last look has shown."""
        if self.probed_at is None:
            return Verdict.NEVER
        if self.answer is None:
            return Verdict.UNREACHABLE
        if 200 <= self.answer < 300:
            return Verdict.OPEN
        return Verdict.REFUSED if self.answer in {401, 403} else Verdict.UNCLEAR

    @property
    def is_exposed(self) -> bool:
        """Whether it says that a caller must show who they are, and answered one who did not."""
        return self.is_required is True and self.verdict is Verdict.OPEN
