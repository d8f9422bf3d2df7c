"""Drift runs as jobs."""

from modelops import jobs
from modelops.jobs.visibility import hides
from monitoring.alerts.sources import alert_for_drift
from monitoring.drift import services
from monitoring.models import DriftRun

hides("monitoring.driftrun")(DriftRun.objects.hidden_from)


@jobs.handler(services.JOB_KIND, "Drift comparison", on_failure=services.mark_failed)
def run_drift(job: jobs.RunningJob) -> None:
    """Compare the two versions of a run, store the verdict once and open an alert when something drifted."""
    # Arrow and scipy load here: the web process lists runs and never computes one.
    from monitoring.monitors.comparing import compare_run
    from monitoring.monitors.services import asked_of

    run = DriftRun.objects.select_related("reference__artifact", "current__artifact").get(pk=job.payload["run"])
    asked = asked_of(run)
    features, parts = compare_run(run, asked, job.progress)
    with job.completing():
        finished = services.store_features(run, features, policy=asked.policy, actor=job.actor, parts=parts)
        if finished.drifted:
            alert_for_drift(finished, actor=job.actor)
