"""Vulnerable packages by their clock, the age of advisories, and of the last scan of CI."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from modelops.lib.posture import Finding, Outcome, Severity, control

from .models import Imported, ImportedFile, VulnerablePackage

ALERT_AFTER, RED_AFTER = timedelta(hours=20), timedelta(hours=24)
OLDEST: Final = timedelta(days=7)
_SHOWN: Final = 50


def pressing(row: VulnerablePackage, now: datetime) -> Severity | None:
    """How loud an open finding is: a critical one has 20 hours until it alerts, and is red after 24.

    Others are told at once, as what they are; what nobody has rated counts as high.
    """
    if row.severity == "critical":
        age = now - row.found_at
        return "critical" if age >= RED_AFTER else "high" if age >= ALERT_AFTER else None
    return "high" if row.severity in {"high", "unknown"} else "warning"


@control(
    "dependencies.vulnerable",
    area="Security",
    label="Vulnerable packages are replaced in time",
    fix="Pin the version that is fixed and deploy it; a critical one within 24 hours.",
)
def vulnerable() -> Outcome:
    """Each package in use that an imported advisory is about."""
    now = timezone.now()
    rows = list(VulnerablePackage.objects.filter(closed_at=None)[:_SHOWN])
    page = reverse("admin:dependencies")
    findings = [
        Finding(
            f"{row.osv_id}:{row.package}:{row.version}"[:100],
            f"{row.package} {row.version} is vulnerable: {row.osv_id}, {row.severity}",
            f"Pin {row.package} {row.fixed_in or '(no fixed version is known)'} and deploy. Found "
            f"{row.found_at:%Y-%m-%d %H:%M} UTC; a critical one has 24 hours.",
            loud,
            page,
        )
        for row in rows
        if (loud := pressing(row, now)) is not None
    ]
    waiting = len(rows) - len(findings)
    return Outcome(findings, evidence=f"{len(rows)} open, {waiting} critical within 20 hours.", url=page)


@control(
    "dependencies.advisories",
    area="Security",
    label="Advisories are at most 7 days old",
    fix="Bring the newest advisories in, under Dependencies in the admin.",
)
def advisories() -> Outcome:
    """By the newest entry of the files that were imported."""
    return _age(Imported.ADVISORIES, "No advisories were imported", "manage.py dependencies import FILE")


@control(
    "dependencies.scanned",
    area="Security",
    label="CI scanned the dependencies within 7 days",
    fix="Let CI scan the dependencies and send the result.",
)
def scanned() -> Outcome:
    """By the reports that were imported."""
    return _age(Imported.SCAN, "No scan of CI was imported", "manage.py dependencies scan FILE --at TIME")


def _age(kind: Imported, none: str, command: str) -> Outcome:
    page = reverse("admin:dependencies")
    last = ImportedFile.objects.filter(kind=kind).order_by("-told_at").first()
    if last is None and not settings.PRODUCTION:
        return Outcome(evidence=f"{none}.", url=page, applies=False)
    fix = f"Import one on the page, or: {command}"
    if last is None:
        return Outcome([Finding("none", none, fix, "high", page)], url=page)
    said = f"{last.get_kind_display()} of {last.told_at:%Y-%m-%d %H:%M} UTC"
    if timezone.now() - last.told_at > OLDEST:
        return Outcome([Finding("old", f"{said} are older than 7 days", fix, "high", page)], evidence=said, url=page)
    return Outcome(evidence=said, url=page)
