"""Quality runs as jobs."""

from dataquality import services
from dataquality.models import QualityRun
from modelops import jobs
from modelops.jobs.visibility import hides
from registry.models import DatasetVersion

hides("dataquality.qualityrun")(QualityRun.objects.hidden_from)


@jobs.handler(services.JOB_KIND, on_failure=services.mark_failed)
def run_quality(job: jobs.RunningJob) -> None:
    """Examine the dataset version of a run, batch by batch, and store the report once."""
    # numpy and Arrow load here: the web process lists runs and never computes one.
    from dataquality.engine import examine
    from dataquality.reading import SealedTable

    run = QualityRun.objects.select_related("dataset_version__dataset", "dataset_version__artifact").get(
        pk=job.payload["run"]
    )
    version = run.dataset_version
    before = DatasetVersion.objects.filter(dataset=version.dataset_id, number__lt=version.number).first()
    report = examine(
        SealedTable(version),
        types=_types(version),
        previous_types=_types(before) if before is not None else None,
        progress=job.progress,
    )
    with job.completing():
        services.store_report(run, report, actor=job.actor)


def _types(version: DatasetVersion) -> dict[str, str]:
    return {column["name"]: column["type"] for column in version.typed_schema}
