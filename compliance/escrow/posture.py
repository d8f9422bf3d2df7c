"""What must hold about backups. In development nothing is lost with a key, so nothing is found there."""

from django.conf import settings

from modelops.lib.posture import Finding, Outcome, control

from .standing import standing

AREA = "Keys"


@control("escrow.backed_up", area=AREA, label="Every key of the ring is in a backup for a recovery recipient")
def keys_are_backed_up() -> Outcome:
    """A key that is in no backup is lost with the root key."""
    found = standing()
    lacking = found.not_backed_up
    findings = []
    if settings.PRODUCTION and lacking:
        findings.append(
            Finding(
                "missing",
                f"{len(lacking)} key(s) are in no backup",
                "manage.py keys backup --recipient PUBLIC.pem --out FILE",
                "high",
            )
        )
    return Outcome(
        findings, evidence=f"Latest backup: {found.backup_words}", applies=settings.PRODUCTION or not lacking
    )


@control("escrow.drilled", area=AREA, label="A restore from a dump and a key backup was proven this quarter")
def a_restore_was_proven() -> Outcome:
    """A backup that nobody ever opened is a hope."""
    found = standing()
    findings = []
    if settings.PRODUCTION and found.drill_is_due:
        findings.append(
            Finding(
                "due",
                f"The restore drill is due: {found.drill_words}",
                "manage.py keys drill --dump DUMP --backup FILE --identity PRIVATE.pem",
            )
        )
    asked = settings.PRODUCTION or not found.drill_is_due
    return Outcome(findings, evidence=f"Restore drill: {found.drill_words}", applies=asked)
