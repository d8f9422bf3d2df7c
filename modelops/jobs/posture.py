"""The scheduler is alive, and what runs by the clock ends well."""

from django.urls import reverse

from modelops.lib.posture import Finding, Outcome, control

from . import schedule
from .models import RunResult, ScheduleEntry


@control(
    "schedule.on_time",
    area="Operation",
    label="Scheduled tasks run on time",
    fix="Start the beat process again; what was missed is made up for.",
)
def on_time() -> Outcome:
    """One finding for all late tasks: the cause is one."""
    entries = ScheduleEntry.objects.filter(is_enabled=True)
    late = schedule.late_entries()
    findings = []
    if late:
        names = ", ".join(entry.label for entry in late[:5])
        findings.append(
            Finding(
                "schedule.late",
                f"The scheduler is late: {len(late)} task(s) were due and not sent ({names})",
                "Start the beat process again; what was missed is made up for by itself.",
                "high",
            )
        )
    total = entries.count()
    return Outcome(findings, total - len(late), total, url=reverse("admin:jobs_scheduleentry_changelist"))


@control(
    "schedule.succeeds",
    area="Operation",
    label="The last run of each scheduled task succeeded",
    fix="Read the worker's log at the time of the run.",
)
def succeeds() -> Outcome:
    """One finding for each task whose last run failed."""
    ran = ScheduleEntry.objects.filter(is_enabled=True).exclude(result="")
    failed = list(ran.filter(result=RunResult.FAILED))
    findings = [
        Finding(
            f"schedule.failed:{entry.task}",
            f"The last run of “{entry.label}” failed: {entry.message}",
            "Read the worker's log at the time of the run.",
        )
        for entry in failed
    ]
    return Outcome(findings, ran.count() - len(failed), ran.count(), url=reverse("admin:jobs_scheduleentry_changelist"))
