"""The set-up of the portal's processes among the controls."""

import datetime as dt

from django.conf import settings
from django.utils import timezone

from modelops.lib.posture import Finding, Outcome, control

from .deploying import warned_since
from .models import DeployCheck

STALE = dt.timedelta(days=2)


@control(
    "deploy.checked",
    area="Operation",
    label="The deployment checks of each day warn of nothing new",
    fix="Run manage.py check --deploy, follow the hint of each warning, or accept it by name.",
)
def deployment() -> Outcome:
    """In production every warning counts; in development those that were not there at the first check."""
    rows = list(DeployCheck.objects.order_by("-day")[:1])
    if not rows:
        return Outcome(evidence="No day has been checked yet.", applies=False)
    newest = rows[0]
    evidence = f"Checked {newest.looked_at:%Y-%m-%d %H:%M} UTC; {len(newest.warnings)} warnings."
    findings = [
        Finding(one["id"], f"check --deploy warns: {one['says'][:150]}", f"See {one['id']} of Django's checks.", "high")
        for one in (newest.warnings if settings.PRODUCTION else warned_since(newest))
    ]
    if newest.looked_at < timezone.now() - STALE:
        findings.append(
            Finding("stale", "The deployment was not checked for two days", "Look at the schedule.", "high")
        )
    return Outcome(findings, evidence=evidence)
