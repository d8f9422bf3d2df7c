"""Sealed dataset versions for tests, stored as the portal stores them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.test import Client

from accounts.models import User
from accounts.services.api_keys import issue_api_key
from compliance.audit import Actor
from modelops.jobs.models import Job
from modelops.jobs.services import run as run_job
from registry.artifacts.sealed import sealed_upload
from registry.models import Dataset, DatasetVersion
from registry.services import add_dataset_version, create_dataset
from tests.accounts.people import sign_in

DEMO = Path(__file__).parents[2] / "demo"
ACTOR = Actor.system("tests")


def stored(name: str, columns: Mapping[str, Any] | pa.Table) -> DatasetVersion:
    """The next version of the dataset ``name`` with these columns."""
    table = columns if isinstance(columns, pa.Table) else pa.table(dict(columns))
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return stored_bytes(name, buffer.getvalue(), "table.parquet")


def stored_file(name: str, file_name: str) -> DatasetVersion:
    """The next version of the dataset ``name`` from a file of the demo."""
    return stored_bytes(name, (DEMO / file_name).read_bytes(), file_name)


def stored_bytes(name: str, data: bytes, file_name: str) -> DatasetVersion:
    """The next version of the dataset ``name`` from these bytes."""
    dataset = Dataset.objects.filter(name=name).first() or create_dataset(name, actor=ACTOR)
    with sealed_upload([data], file_name) as upload:
        return add_dataset_version(dataset, upload, actor=ACTOR)


def work() -> None:
    """Do what a worker would do: every queued job, oldest first."""
    for job_id in Job.objects.filter(state="queued").order_by("id").values_list("pk", flat=True):
        assert run_job(job_id)


def signed_in(user: User) -> Client:
    """A browser in which ``user`` is signed in."""
    return sign_in(Client(), user)


class Api:
    """A client with an API key, as a pipeline has it."""

    def __init__(self, user: User, scopes: list[str] | None = None) -> None:
        _, key = issue_api_key(user, name="test", scopes=scopes or ["all"], days=1, actor=ACTOR)
        self._client = Client(headers={"Authorization": f"Bearer {key}"})

    def get(self, path: str) -> Any:
        return self._client.get(path)

    def post(self, path: str, body: Any) -> Any:
        return self._client.post(path, body, content_type="application/json")

    def put(self, path: str, body: Any) -> Any:
        return self._client.put(path, body, content_type="application/json")
