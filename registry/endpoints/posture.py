"""Deployment endpoints let nobody in who does not show who they are, and say so."""

from django.db.models import Q
from django.urls import reverse

from modelops.lib.posture import Finding, Outcome, Severity, control

from .models import Authentication, DeploymentEndpoint

_LISTED = 20
_OPEN = Q(is_required=True, answer__gte=200, answer__lt=300)
_UNSAID = Q(is_required=None) | Q(authentication="")
_NOT_ASKED = Q(is_required=False) | Q(authentication=Authentication.NONE)


@control(
    "endpoints.authenticated",
    area="Models",
    label="Deployment endpoints ask who calls",
    fix="Let the endpoint ask who calls, and record it in the portal.",
)
def authenticated() -> Outcome:
    """Red where one that must ask answered a stranger; yellow where nothing is recorded, or that nobody is asked."""
    alive = DeploymentEndpoint.objects.alive()
    findings = [
        *_found(
            alive.filter(_OPEN),
            "open",
            "{} asks for authentication, it says, and answered {} to a caller without any",
            "Take it off the network or have it ask, then look again.",
            "critical",
        ),
        *_found(
            alive.exclude(_OPEN).filter(_NOT_ASKED),
            "not_asked",
            "{} is recorded as one that asks nobody who calls",
            "Have it ask for a token, and record how.",
        ),
        *_found(
            alive.exclude(_OPEN).exclude(_NOT_ASKED).filter(_UNSAID),
            "unsaid",
            "{} does not record how it knows who calls",
            "Record its authentication type and whether it is required.",
        ),
    ]
    return _outcome(findings, alive.exclude(_OPEN | _UNSAID | _NOT_ASKED).count(), alive.count())


@control(
    "endpoints.role_based",
    area="Models",
    label="Deployment endpoints decide by role who may call",
    fix="Let the endpoint decide by role who may call, and record it in the portal.",
)
def role_based() -> Outcome:
    """A missing value counts as a finding, and so does a no."""
    alive = DeploymentEndpoint.objects.alive()
    fix = "Have it decide by role (model.predict, model.explain), and record that it does."
    findings = [
        *_found(alive.filter(is_role_based=None), "roles_unsaid", "{} does not record whether roles decide", fix),
        *_found(alive.filter(is_role_based=False), "no_roles", "{} lets everybody call who is known at all", fix),
    ]
    return _outcome(findings, alive.filter(is_role_based=True).count(), alive.count())


@control(
    "endpoints.registered",
    area="Models",
    label="Deployment endpoints name a registered version",
    fix="Name the registered version that the endpoint serves.",
)
def registered() -> Outcome:
    """A version that nobody registered was not scanned, signed or approved; one that nobody names may be any."""
    alive = DeploymentEndpoint.objects.alive()
    strays = alive.of_unknown_versions()
    findings = [
        *_found(
            strays,
            "unknown_version",
            "{} names a version that the registry does not have",
            "Register the version that is deployed, or name the one that it is.",
            "high",
        ),
        *_found(
            alive.filter(version_number=None),
            "no_version",
            "{} does not record which version it serves",
            "Record the number of the version; a deployment pipeline does it with PATCH each time.",
        ),
    ]
    held = alive.exclude(version_number=None).count() - strays.count()
    return _outcome(findings, held, alive.count())


def _found(rows: "object", key: str, title: str, fix: str, severity: Severity = "warning") -> list[Finding]:
    return [
        Finding(f"{key}:{row.pk}", title.format(_called(row), row.answer), fix, severity, _page_of(row))
        for row in rows.select_related("model").order_by("pk")[:_LISTED]  # type: ignore[attr-defined]
    ]


def _called(row: DeploymentEndpoint) -> str:
    """By name; of a restricted model not even that, for findings are read by people who may not know of it."""
    return "An endpoint of a restricted model" if row.model.is_restricted else f"The endpoint {row.name}"


def _page_of(row: DeploymentEndpoint) -> str:
    return reverse("admin:endpoints_deploymentendpoint_change", args=[row.pk])


def _outcome(findings: list[Finding], held: int, total: int) -> Outcome:
    url = reverse("admin:endpoints_deploymentendpoint_changelist")
    return Outcome(findings, held, total, "Looked at once an hour, without a credential.", url, applies=total > 0)
