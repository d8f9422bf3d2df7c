"""What must hold about backups. In development nothing is lost with a key, so nothing is found there."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from modelops.lib.posture import Finding, Outcome, control

from .dumps.nightly import is_on
from .standing import DRILL_EVERY, dumps_of_the_quarter, is_drilled, standing

AREA = "Keys"


@control(
    "escrow.backed_up",
    area=AREA,
    label="Every key of the ring is in a backup for a recovery recipient",
    fix="Back the ring up: manage.py keys backup --recipient PUBLIC.pem --out FILE.",
)
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


@control(
    "escrow.drilled",
    area=AREA,
    label="A restore from a dump and a key backup was proven this quarter",
    fix="Prove the restore: manage.py keys drill --dump DUMP --backup FILE --identity PRIVATE.pem.",
)
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


@control(
    "escrow.dumped",
    area=AREA,
    label="A dump of the database is young and one like it was restored",
    fix="Make a dump, see why the schedule made none, and prove that one restores: manage.py keys drill.",
)
def the_database_is_dumped() -> Outcome:
    """Read from the ledger, so a dump that is missed for whatever reason is told: nobody has to notice a silence."""
    dumps = dumps_of_the_quarter()
    newest = dumps[0].recorded_at if dumps else None
    words = f"{newest:%Y-%m-%d %H:%M} UTC" if newest else f"none within {DRILL_EVERY.days} days"
    hours = settings.MODELOPS_BACKUP_MAX_AGE_HOURS
    findings = []
    if is_on() and (newest is None or timezone.now() - newest > timedelta(hours=hours)):
        findings.append(
            Finding(
                "old",
                f"The newest dump of the database is older than {hours} hours: {words}",
                "Look into the worker's log for why none was made, and make one: "
                "manage.py backup_database make --recipient PUBLIC.pem --out FILE",
                "high",
            )
        )
    if is_on() and dumps and not is_drilled(dumps):
        findings.append(
            Finding(
                "undrilled",
                "No dump of this quarter was ever restored",
                "manage.py keys drill --dump DUMP --backup FILE --identity PRIVATE.pem",
            )
        )
    return Outcome(findings, evidence=f"Newest dump: {words}", applies=is_on())
