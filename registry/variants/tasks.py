"""The worker's doorway to derivations."""

from modelops.jobs.handlers import handler
from modelops.jobs.running import RunningJob

from . import services


@handler(services.JOB, "Making a variant", on_failure=services.derivation_failed)
def derive_variant(job: RunningJob) -> None:
    """Make one variant."""
    services.derive(job)
