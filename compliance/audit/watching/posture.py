"""What must hold about the ledger's tables."""

from django.conf import settings
from django.utils import timezone

from modelops.lib.posture import Finding, Outcome, control

from .months import MOST_COUNTED, missing, months, strays
from .powers import powers

AREA = "Audit log"
_ROLES_FIX = "Give the portal the three roles of docs/howto/deploy.md and run manage.py migrate as their owner."


@control(
    "ledger.roles",
    area=AREA,
    label="The portal's processes can only add to the audit log",
    fix="Give the portal the three roles of docs/howto/deploy.md and migrate as their owner.",
)
def roles() -> Outcome:
    """Asked of the database as the role of this very process."""
    found = powers()
    if found and not settings.PRODUCTION:
        return Outcome(evidence=f"{found[0]}; in production that is a finding.", applies=False)
    return Outcome(
        [Finding("powers", found[0], _ROLES_FIX, "critical")] if found else [], evidence="Add and read alone."
    )


@control(
    "ledger.months",
    area=AREA,
    label="Each row of the audit log lies in its month",
    fix="Run manage.py audit_partitions make, and correct the clock that was wrong.",
)
def in_months() -> Outcome:
    """Months are there before they begin, and the place for rows of no month is empty."""
    findings = [
        Finding(
            f"missing-{name}",
            f"The audit log has no room for the month {name[-7:].replace('_', '-')}",
            "See how the task of the schedule ended, or run manage.py audit_partitions make.",
            "high",
        )
        for name in missing(timezone.now())
    ]
    if count := strays():
        many = f"{count:,}" if count < MOST_COUNTED else f"At least {MOST_COUNTED:,}"
        findings.append(
            Finding(
                "strays",
                f"{many} rows of the audit log have ids of no month",
                "A clock was wrong, or a month was made too late. They stay provable there; correct the clock.",
            )
        )
    return Outcome(findings, evidence=f"{len(months())} months.")
