"""The worker's doorway to imports."""

from modelops.jobs.handlers import handler
from modelops.jobs.running import RunningJob
from modelops.jobs.visibility import hides

from . import importing
from .models import DataImport

hides("sources.dataimport")(DataImport.objects.hidden_from)


@handler(importing.JOB, "Dataset import", on_failure=importing.import_failed, is_cancellable=True)
def import_dataset(job: RunningJob) -> None:
    """Read one object into a dataset version."""
    importing.run_import(job)
