"""Quality runs as jobs."""

import secrets

from dataquality import services
from dataquality.models import QualityRun
from modelops import jobs
from modelops.jobs.visibility import hides
from registry.models import DatasetVersion

HISTORY = 20  # earlier versions whose number of rows is looked at

hides("dataquality.qualityrun")(QualityRun.objects.hidden_from)


@jobs.handler(services.JOB_KIND, "Quality check", on_failure=services.mark_failed, is_cancellable=True)
def run_quality(job: jobs.RunningJob) -> None:
    """Examine the dataset version of a run, batch by batch, and store the report once."""
    # numpy and Arrow load here: the web process lists runs and never computes one.
    from dataquality.acceptance import accepted_at
    from dataquality.engine import examine
    from dataquality.masking import Masker
    from dataquality.personal_columns import personal_columns
    from dataquality.profiles import accepted_reference
    from dataquality.reading import SealedTable
    from dataquality.run_suite import suite_of_run
    from dataquality.schema_rules import with_schema

    run = QualityRun.objects.select_related(
        "dataset_version__dataset", "dataset_version__artifact", "suite_version__suite", "schema"
    ).get(pk=job.payload["run"])
    version = run.dataset_version
    earlier = list(DatasetVersion.objects.filter(dataset=version.dataset_id, number__lt=version.number)[:HISTORY])
    table = SealedTable(version)
    said = None if run.schema is None else run.schema.document
    confirmed = {column["name"]: column["personal"] for column in (said or {"columns": ()})["columns"]}
    personal = personal_columns(table, confirmed)
    suite = with_schema(suite_of_run(run), said, table.schema)
    accepted, asleep = accepted_at(version.dataset, run.created_at)
    if suite is not None and asleep:
        suite = suite.asleep(suite.snoozed | asleep)
    report = examine(
        table,
        types=_types(version),
        previous_types=_types(earlier[0]) if earlier else None,
        progress=job.progress,
        masker=Masker(secrets.token_bytes(32), personal),
        suite=suite,
        now=run.created_at,
        history=[each.rows for each in earlier],
        accepted=accepted,
        reference=accepted_reference(version),
    )
    with job.completing():
        services.store_report(run, report, examined_sha256=version.artifact.sha256, personal=personal, actor=job.actor)


def _types(version: DatasetVersion) -> dict[str, str]:
    return {column["name"]: column["type"] for column in version.typed_schema}
