"""Datasets with people in them."""

from typing import Any

from accounts.actors import actor_of
from modelops.embedded.processes import wait_until
from modelops.jobs.models import Job
from modelops.jobs.services import run
from registry import services
from registry.artifacts.sealed import sealed_upload
from registry.models import Dataset, DatasetVersion

PERSON = "Passenger@Example.org"
TABLE = (
    b"passenger,delay\nPassenger@Example.org,2\nother@example.org,3\n passenger@example.org ,5\nthird@example.org,7\n"
)


def with_people(
    dataset: Dataset, user: Any, content: bytes = TABLE, *, column: str = "passenger", name: str = "table.csv"
) -> DatasetVersion:
    """A version whose people are indexed."""
    with sealed_upload([content], name) as upload:
        version = services.add_dataset_version(dataset, upload, subject_column=column, actor=actor_of(user))
    indexed()
    return version


def indexed() -> None:
    """Do what the worker would: the waiting indexes; one beside the test may have begun with them."""
    for key in Job.objects.filter(kind="people.index", state="queued").values_list("pk", flat=True):
        assert run(key) or wait_until(lambda key=key: Job.objects.get(pk=key).state == "succeeded", 60, 0.1)
