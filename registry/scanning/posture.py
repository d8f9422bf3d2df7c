"""What is in production is scanned and clean, by the rules of today; and what was taken away is known."""

from django.db.models import QuerySet
from django.urls import reverse

from modelops.lib.posture import Finding, Outcome, control
from registry.aliases.models import Alias
from registry.aliases.services import is_protected
from registry.named_in_posture import called, page_of

from .engine import RULES
from .models import Inspection, ScanState

_MOST = 20


@control(
    "scan.production",
    area="Models",
    label="What protected aliases name is scanned and clean",
    fix="Scan the version, or move the alias to one that is clean.",
)
def in_production() -> Outcome:
    """Versions that a protected alias names and the scanner holds, has not seen, or judged by older rules."""
    aliases = [alias for alias in Alias.objects.select_related("version__model") if is_protected(alias.name)]
    rows = Inspection.objects.filter(version__in=[alias.version_id for alias in aliases], is_variant=False)
    scans = {row.version_id: row for row in rows}
    findings = []
    for alias in aliases:
        scan = scans.get(alias.version_id)
        named = f"{called(alias.version)} ({alias.name})"
        page = page_of(alias.version)
        key = f"{alias.model_id}:{alias.name}:{alias.version.number}"
        if scan is None or scan.state == ScanState.WAITING:
            fix = "Open its page and ask for a scan; look at the worker if none comes."
            findings.append(Finding(f"unscanned:{key}", f"{named} was never scanned", fix, "high", page))
        elif not scan.is_clean:
            fix = "Its page has the reasons. Point the alias at a clean version."
            findings.append(Finding(f"held:{key}", f"{named} is quarantined", fix, "critical", page))
        elif scan.rules != RULES:
            fix = "The schedule scans it again; look at the worker if that does not come."
            findings.append(Finding(f"old:{key}", f"{named} was scanned by older rules", fix, "warning", page))
    return Outcome(
        findings[:_MOST],
        len(aliases) - len(findings),
        len(aliases),
        url=_page(),
    )


@control(
    "scan.taken_away",
    area="Models",
    label="No file was given out that the scanner holds now",
    fix="Tell who downloaded the file, and delete the version if the reasons hold.",
)
def taken_away() -> Outcome:
    """Files that were clean once and that a later scan holds: somebody may have them."""
    rows = held_later().order_by("-taken_away_at")
    findings = [
        Finding(
            f"taken:{row.pk}:{row.round}",
            f"A new scan holds {called(row.version)}{_part(row)}, which had been given out",
            "Its history says who downloaded it. Tell them, and delete the version if the reasons hold.",
            "critical",
            page_of(row.version),
        )
        for row in rows.select_related("version__model")[:_MOST]
    ]
    clean = Inspection.objects.filter(state=ScanState.CLEAN).count()
    return Outcome(findings, clean, clean + rows.count(), url=_page())


def held_later() -> "QuerySet[Inspection]":
    """What was given out before it was held, and is not deleted."""
    rows = Inspection.objects.filter(taken_away_at__isnull=False)
    return rows.filter(version__deleted_at=None, version__model__deleted_at=None)


def _part(row: Inspection) -> str:
    return " (a variant)" if row.is_variant else ""


def _page() -> str:
    return reverse("admin:scanning_inspection_changelist")
