"""The real client of MLflow before a running portal, and Django's client as one that speaks the protocol."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from tests.live import LivePortal


def issue_key(user: Any) -> str:
    """An API key that may do whatever ``user`` may."""
    from accounts.actors import actor_of
    from accounts.services.api_keys import issue_api_key

    return issue_api_key(user, name="mlflow", scopes=["all"], days=1, actor=actor_of(user))[1]


class Wire:
    """Django's client as MLflow's: ``wire.post("runs/create", {...})`` gives status and JSON."""

    def __init__(self, key: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {key}"}, raise_request_exception=False)

    def __getattr__(self, method: str) -> Callable[..., tuple[int, Any]]:
        def call(route: str, data: Any = None, *, under: str = "api/2.0/mlflow/", **more: Any) -> tuple[int, Any]:
            if method != "get":
                more.setdefault("content_type", "application/json")
            answer = getattr(self.client, method)(f"/mlflow/{under}{route}", data or {}, **more)
            return answer.status_code, answer.json()

        return call


@pytest.fixture
def scientist(db: None) -> Any:
    """A data scientist."""
    from tests.accounts.people import make_user

    return make_user("scientist", "Data scientist")


@pytest.fixture
def wire(scientist: Any) -> Wire:
    """The protocol as a data scientist's program speaks it."""
    return Wire(issue_key(scientist))


@pytest.fixture
def mlflow_client(live_portal: "LivePortal", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module ``mlflow``, set up by its environment alone, as a data scientist of the running portal.

    Mark the tests ``live``.
    """
    from tests.accounts.people import make_user

    key = issue_key(make_user("scientist", "Data scientist"))
    for name, value in {
        "MLFLOW_TRACKING_URI": f"{live_portal.url}/mlflow",
        "MLFLOW_TRACKING_TOKEN": key,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
        "HOME": str(tmp_path),
        "NO_PROXY": "*",
        "GIT_PYTHON_REFRESH": "quiet",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_RUN_ID"):
        monkeypatch.delenv(name, raising=False)  # the client leaves them behind
    monkeypatch.chdir(tmp_path)
    import mlflow
    from mlflow.store.model_registry import abstract_store
    from mlflow.tracking import fluent

    # It asks every three seconds whether a version is ready, and waits as long after the first time.
    monkeypatch.setattr(abstract_store, "AWAIT_MODEL_VERSION_CREATE_SLEEP_INTERVAL_SECONDS", 0.1)
    # The client keeps the experiment of the test before for its whole process.
    monkeypatch.setattr(fluent, "_active_experiment_id", None)
    mlflow.set_tracking_uri(f"{live_portal.url}/mlflow")
    mlflow.set_registry_uri(f"{live_portal.url}/mlflow")
    yield mlflow
    while mlflow.active_run() is not None:
        mlflow.end_run("KILLED")
