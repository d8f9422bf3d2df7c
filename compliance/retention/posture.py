"""Every table has a rule for how long its rows live, and nothing stays past its date."""

from datetime import timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone

from modelops.lib.posture import Finding, Outcome, control

from .checks import find_faults, own_models
from .classes import classes
from .models import RetentionRun

# Removal runs each day; what is still there after a run was missed is late.
_LATE_AFTER: Final = timedelta(hours=36)


@control(
    "retention.complete",
    area="Privacy",
    label="Every table belongs to a data class with a rule",
    fix="Put the table into a data class with a rule in lifecycle.py of its app.",
)
def complete() -> Outcome:
    """Counted over the models of the portal, as they are installed."""
    models = own_models()
    faults = find_faults(models, (label for _, cls in classes.items() for label in cls.covers))
    findings = [Finding(str(fault.msg)[:80], str(fault.msg), str(fault.hint or ""), "high") for fault in faults]
    return Outcome(findings, len(models) - len(faults), len(models), f"{len(list(classes.items()))} data classes.")


@control(
    "retention.applied",
    area="Privacy",
    label="What is past its date is removed each day",
    fix="See under Jobs why the daily removal failed, then start one by hand.",
)
def applied() -> Outcome:
    """A day's removal that did not come; on a new portal the first one has that long, too."""
    page = reverse("admin:retention_retentionrun_changelist")
    first = RetentionRun.objects.order_by("id").first()
    last = RetentionRun.objects.filter(is_executed=True).exclude(finished_at=None).order_by("-finished_at").first()
    seen = last.finished_at if last is not None else first.started_at if first is not None else None
    evidence = f"Last removal: {last.finished_at:%Y-%m-%d %H:%M} UTC" if last is not None else "None has run yet"
    if seen is None or seen > timezone.now() - _LATE_AFTER:
        return Outcome(evidence=evidence, url=page)
    finding = Finding(
        "late",
        f"Nothing was removed since {seen:%Y-%m-%d %H:%M} UTC",
        "See under Jobs why the daily removal failed, then start one by hand.",
        "high",
        page,
    )
    return Outcome([finding], evidence=evidence, url=page)
