"""What must hold about the ledger. A finding opens an alert, which ends with it."""

from django.conf import settings
from django.urls import reverse

from compliance.audit.sealing.standing import findings as sealing_findings
from compliance.audit.verifying.verdict import WARNINGS
from modelops.lib.posture import Finding, Outcome, control

from . import coverage  # noqa: F401  declares a control of its own
from .standing import Standing, standing

AREA = "Audit log"


@control(
    "ledger.sealed",
    area=AREA,
    label="Every row of the audit log is sealed within seconds",
    fix="Start the sealer: manage.py seal_audit_log; it goes on where it stopped.",
)
def rows_are_sealed() -> Outcome:
    """The sealer is there, keeps up and signs."""
    now = standing()
    found = [finding for finding in sealing_findings(now.sealing) if not finding.key.startswith("anchor.")]
    return _outcome(now, found, f"{now.sealing.size} rows sealed; the sealer {now.sealing.words}")


@control(
    "ledger.anchored",
    area=AREA,
    label="Signed heads of the audit log stand outside the database",
    fix="See why the heads do not arrive at the anchor, and anchor again.",
)
def heads_are_anchored() -> Outcome:
    """Without an anchor, whoever holds the database could cut the newest rows and nobody would see it."""
    now = standing()
    found = [finding for finding in sealing_findings(now.sealing) if finding.key.startswith("anchor.")]
    if not settings.PRODUCTION:  # one machine alone has nowhere else to put them
        found = [finding for finding in found if finding.key != "anchor.too_few"]
    reach = ", ".join(f"{anchor.name} up to row {anchor.size or 0}" for anchor in now.sealing.anchors)
    return _outcome(now, found, reach or "No head was signed yet")


@control(
    "ledger.verified",
    area=AREA,
    label="The audit log was verified and holds",
    fix="Verify the log; where it does not hold, keep the database as it is and tell the auditors.",
)
def ledger_holds() -> Outcome:
    """The newest verification holds, and a full one is not old."""
    now = standing()
    found = []
    if now.broken is not None:
        says = next((one["says"] for one in now.broken.findings if one["kind"] not in WARNINGS), "")
        found.append(
            Finding(
                "broken",
                f"The audit log is not what was sealed. {says}",
                "Keep the database as it is, tell the auditors, and compare it with exports and anchors.",
                "critical",
            )
        )
    if now.is_full_late:
        when = (
            f"The last full verification is of {now.full.ran_at:%Y-%m-%d %H:%M} UTC"
            if now.full
            else "It never ran whole"
        )
        found.append(Finding("old", when, "See the schedule, or run manage.py verify_audit_log."))
    latest = now.newest
    evidence = f"{latest.ran_at:%Y-%m-%d %H:%M:%S} UTC, root {latest.root[:16]}…" if latest else "Not verified yet"
    return Outcome(found, evidence=evidence, url=reverse("admin:ledger"))


def _outcome(now: Standing, found: list[Finding], evidence: str) -> Outcome:
    """In production it is asked for; elsewhere once a sealer has worked."""
    asked = settings.PRODUCTION or now.sealing.state is not None
    return Outcome(found if asked else [], evidence=evidence, url=reverse("admin:ledger"), applies=asked)
