"""Taking over a server of MLflow: everything once, sealed and scanned, with a report of what was not."""

import json
import os
import pickle
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.registry.mlflow.served import Served, serving
from tests.scans import scan_waiting

RUN, MODEL, BAD = "1" * 32, f"m-{'2' * 32}", f"m-{'3' * 32}"


class _Opener:
    def __reduce__(self) -> Any:
        return os.system, ("true",)


def _tag(key: str, value: str) -> dict[str, str]:
    return {"key": key, "value": value}


def _logged(model_id: str, name: str) -> dict[str, Any]:
    info = {
        "model_id": model_id,
        "experiment_id": "3",
        "name": name,
        "status": "LOGGED_MODEL_READY",
        "source_run_id": RUN,
        "artifact_uri": f"mlflow-artifacts:/3/models/{model_id}/artifacts",
        "tags": [_tag("team", "fraud")],
    }
    return {"info": info, "data": {"params": [_tag("depth", "8")]}}


def _version(number: str, source: str, model_id: str = "") -> dict[str, Any]:
    return {"name": "arrival-delay", "version": number, "source": source, "model_id": model_id, "run_id": RUN}


@pytest.fixture
def server() -> Iterator[Served]:
    """A server with one experiment, one run, two logged models and one registered model."""
    info = {
        "run_id": RUN,
        "run_name": "first",
        "status": "FINISHED",
        "start_time": 1000,
        "end_time": 2000,
        "artifact_uri": f"mlflow-artifacts:/3/{RUN}/artifacts",
    }
    measured = [{"key": "auc", "value": value, "timestamp": 1, "step": step} for step, value in enumerate((0.5, 0.9))]
    dataset = {"dataset": {"name": "flights", "digest": "bf8e4a69", "source_type": "code", "source": "{}"}, "tags": []}
    data = {"metrics": measured[1:], "params": [_tag("depth", "8")], "tags": [_tag("mlflow.runName", "first")]}
    with serving() as told:
        told.answers = {
            "experiments/search": {"experiments": [{"experiment_id": "3", "name": "delays", "tags": []}]},
            "runs/search": {"runs": [{"info": info, "data": data, "inputs": {"dataset_inputs": [dataset]}}]},
            "logged-models/search": {"models": [_logged(MODEL, "model"), _logged(BAD, "bad")]},
            "metrics/get-history": {"metrics": measured},
            "registered-models/search": {
                "registered_models": [
                    {
                        "name": "arrival-delay",
                        "description": "Minutes late.",
                        "aliases": [{"alias": "candidate", "version": "2"}, {"alias": "production", "version": "2"}],
                    },
                    {"name": "greeting", "tags": [_tag("mlflow.prompt.is_prompt", "true")]},
                ]
            },
            "model-versions/search": {
                "model_versions": [
                    _version("4", "s3://bucket/model"),
                    _version("3", f"models:/{BAD}", BAD),
                    _version("2", f"models:/{MODEL}", MODEL),
                ]
            },
        }
        told.files = {
            f"3/{RUN}/artifacts/notes/a.txt": b"words",
            f"3/models/{MODEL}/artifacts/MLmodel": b"flavors: {}\n",
            f"3/models/{MODEL}/artifacts/code/a.txt": b"more words",
            f"3/models/{BAD}/artifacts/model.pkl": pickle.dumps(_Opener()),
        }
        yield told


@pytest.fixture
def engineer(db: None) -> Any:
    from tests.accounts.people import make_user

    return make_user("engineer", "ML engineer")


def imported(server: Served, *more: str) -> dict[str, Any]:
    out = StringIO()
    given = [server.uri, "--as", "engineer", "--json", "--wait", "0", *more]
    call_command("import_mlflow", *given, stdout=out, stderr=StringIO())
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_everything_is_taken_over_once(engineer: Any, server: Served) -> None:
    from registry.models import ModelVersion
    from registry.tracking.models import LoggedModel, Run

    first = imported(server)
    assert first["imported"] == {
        "aliases": 1, "experiments": 1, "files": 4, "logged models": 2, "models": 1, "runs": 1, "versions": 2,
    }  # fmt: skip
    assert {one["what"] for one in first["left_out"]} >= {"version 4 of arrival-delay", "prompt greeting"}
    run = Run.objects.get()
    assert (run.name, run.status, run.started_ms, run.ended_ms) == ("first", "FINISHED", 1000, 2000)
    assert run.parameters == {"depth": "8"}
    assert list(run.metrics.order_by("step").values_list("value", flat=True)) == [0.5, 0.9]
    assert [one.name for one in run.dataset_inputs.all()] == ["flights"]
    assert [one.path for one in run.tracked_files.all()] == ["notes/a.txt"]
    assert {one.status for one in LoggedModel.objects.all()} == {"LOGGED_MODEL_READY"}
    version = ModelVersion.objects.get(number=1)
    assert {file.path for file in version.files.all()} == {"MLmodel", "code/a.txt"}
    assert version.labels.run_id == run.run_id

    scan_waiting()
    second = imported(server)
    assert second["imported"] == {}
    assert [one["what"] for one in second["quarantined"]] == ["arrival-delay v2"]
    assert Run.objects.count() == 1
    assert ModelVersion.objects.count() == 2
    assert list(version.aliases.values_list("name", flat=True)) == ["candidate"]


def test_a_protected_alias_is_asked_for_and_never_set(engineer: Any, server: Served) -> None:
    from registry.aliases.models import Alias

    imported(server)
    scan_waiting()
    found = imported(server)
    told = [*found["promotions_requested"], *found["left_out"]]
    assert any(one["what"] == "alias production of arrival-delay v1" for one in told)
    assert not Alias.objects.filter(name="production").exists()


def test_an_import_that_broke_off_goes_on_with_the_files(engineer: Any, server: Served) -> None:
    from registry.tracking.models import Run

    missing = f"3/{RUN}/artifacts/notes/a.txt"
    lost = server.files.pop(missing)
    imported(server)
    run = Run.objects.get()
    run.tags.pop("modelops.import.done")
    run.save(update_fields=["tags"])
    server.files[missing] = lost
    assert imported(server)["imported"]["files"] == 1
    assert imported(server)["imported"].get("files") is None


def test_a_redirect_is_not_followed(engineer: Any, server: Served) -> None:
    with serving() as elsewhere:
        server.redirects_to = f"{elsewhere.uri}/api"
        with pytest.raises(CommandError, match="redirect"):
            imported(server)
        assert elsewhere.asked == []


@pytest.mark.parametrize("uri", ["file:///etc/passwd", "ftp://host", "http://name:word@host", "not an address"])
def test_an_address_that_is_no_server_is_refused(engineer: Any, uri: str) -> None:
    with pytest.raises(CommandError, match="import.bad_address"):
        call_command("import_mlflow", uri, "--as", "engineer", stdout=StringIO(), stderr=StringIO())


def test_only_what_is_named_is_taken(engineer: Any, server: Served) -> None:
    found = imported(server, "--experiment", "another", "--model", "another")
    assert found["imported"] == {}


def test_an_account_that_may_not_write_imports_nothing(db: None, server: Served) -> None:
    from tests.accounts.people import make_user

    make_user("officer", "Compliance officer")
    with pytest.raises(CommandError, match="lacks"):
        call_command("import_mlflow", server.uri, "--as", "officer", stdout=StringIO(), stderr=StringIO())
    assert server.asked == []
