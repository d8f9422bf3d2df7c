"""Experiments and runs over the wire: what a training sends, and what it reads back."""

from typing import Any

import pytest
from django.db import connection

from tests.registry.mlflow.conftest import Wire, issue_key

pytestmark = pytest.mark.django_db
SECRET = "canary-of-a-parameter"


def run_id(wire: Wire, experiment_id: str = "0", **more: Any) -> str:
    status, said = wire.post("runs/create", {"experiment_id": experiment_id, "start_time": 1000, **more})
    assert status == 200, said
    return str(said["run"]["info"]["run_id"])


def refused(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error_code"]


def test_experiments_are_made_found_named_and_deleted(wire: Wire) -> None:
    status, made = wire.post("experiments/create", {"name": "/team/delay", "tags": [{"key": "k", "value": "v"}]})
    assert status == 200
    number = made["experiment_id"]
    assert refused(wire.post("experiments/create", {"name": "/team/delay"})) == (400, "RESOURCE_ALREADY_EXISTS")
    said = wire.get("experiments/get-by-name", {"experiment_name": "/team/delay"})[1]["experiment"]
    assert said["artifact_location"] == f"mlflow-artifacts:/{number}"
    assert (said["lifecycle_stage"], said["tags"]) == ("active", [{"key": "k", "value": "v"}])
    assert refused(wire.get("experiments/get-by-name", {"experiment_name": "none"})) == (
        404, "RESOURCE_DOES_NOT_EXIST",
    )  # fmt: skip
    assert wire.post("experiments/update", {"experiment_id": number, "new_name": "/team/late"})[0] == 200
    assert wire.post("experiments/set-experiment-tag", {"experiment_id": number, "key": "z", "value": "1"})[0] == 200
    run = run_id(wire, number)
    assert wire.post("experiments/delete", {"experiment_id": number}) == (200, {})
    assert wire.get("runs/get", {"run_id": run})[1]["run"]["info"]["lifecycle_stage"] == "deleted"
    assert refused(wire.post("runs/create", {"experiment_id": number})) == (400, "INVALID_PARAMETER_VALUE")
    assert wire.post("experiments/restore", {"experiment_id": number}) == (200, {})
    assert wire.get("runs/get", {"run_id": run})[1]["run"]["info"]["lifecycle_stage"] == "active"
    found = wire.post("experiments/search", {"max_results": 1, "filter": "name LIKE '/team/%' AND tags.z = '1'"})[1]
    assert [one["name"] for one in found["experiments"]] == ["/team/late"]
    assert "next_page_token" not in found
    assert wire.get("experiments/search", {"max_results": 1})[1]["next_page_token"]


@pytest.mark.parametrize(
    "place",
    ["http://169.254.169.254/", "mlflow-artifacts://evil.example/x", "file:///etc", "/etc", "s3://b/k", "../.."],
)
def test_nobody_chooses_where_files_lie(place: str, wire: Wire) -> None:
    """The client would send the caller's token to any host that stands there."""
    answer = wire.post("experiments/create", {"name": "x", "artifact_location": place})
    assert refused(answer) == (400, "INVALID_PARAMETER_VALUE")


def test_a_run_is_logged_and_read(wire: Wire) -> None:
    """One row of the ledger for each act, with counts and never a value; parameters lie sealed."""
    from compliance.audit.models import AuditEvent
    from registry.tracking.models import Run

    run = run_id(wire, run_name="first", tags=[{"key": "mlflow.user", "value": "someone"}], user_id="other")
    batch = {
        "run_id": run,
        "metrics": [
            {"key": "acc", "value": 0.5, "timestamp": 1, "step": 0},
            {"key": "acc", "value": 0.75, "timestamp": 2, "step": 1},
            {"key": "nan", "value": "NaN", "timestamp": 2, "step": 0},
        ],
        "params": [{"key": "path", "value": SECRET}],
        "tags": [{"key": "t", "value": "x"}],
    }
    assert wire.post("runs/log-batch", batch) == (200, {})
    assert wire.post("runs/log-batch", batch) == (200, {}), "sent again, as a client does that heard no answer"
    assert (
        wire.post("runs/log-metric", {"run_uuid": run, "key": "acc", "value": 0.1, "timestamp": 9, "step": 0})[0] == 200
    )
    said = wire.get("runs/get", {"run_id": run, "run_uuid": run})[1]["run"]
    assert said["info"]["user_id"] == "scientist"
    assert said["info"]["artifact_uri"] == f"mlflow-artifacts:/0/{run}/artifacts"
    assert said["data"]["metrics"] == [
        {"key": "acc", "value": 0.75, "timestamp": 2, "step": 1},
        {"key": "nan", "value": "NaN", "timestamp": 2, "step": 0},
    ]
    assert said["data"]["params"] == [{"key": "path", "value": SECRET}]
    assert {"key": "mlflow.runName", "value": "first"} in said["data"]["tags"]
    history = wire.get("metrics/get-history", {"run_id": run, "metric_key": "acc", "max_results": "2"})[1]
    assert [one["value"] for one in history["metrics"]] == [0.5, 0.75]
    rest = wire.get(
        "metrics/get-history", {"run_id": run, "metric_key": "acc", "page_token": history["next_page_token"]}
    )
    assert [one["value"] for one in rest[1]["metrics"]] == [0.1]
    rows = AuditEvent.objects.filter(name="tracking.run.logged").order_by("id")
    assert [row.details["metrics"] for row in rows] == [3, 3, 1]
    assert SECRET not in str([row.details for row in AuditEvent.objects.all()])
    with connection.cursor() as cursor:
        cursor.execute("SELECT parameters FROM tracking_run WHERE id = %s", [Run.objects.get().pk])
        assert SECRET.encode() not in bytes(cursor.fetchone()[0])


def test_a_parameter_has_one_value(wire: Wire) -> None:
    run = run_id(wire)
    assert wire.post("runs/log-parameter", {"run_id": run, "key": "p0", "value": "x"})[0] == 200
    assert wire.post("runs/log-parameter", {"run_id": run, "key": "p0", "value": "x"})[0] == 200
    status, said = wire.post("runs/log-parameter", {"run_id": run, "key": "p0", "value": "changed"})
    assert (status, said["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert said["message"].startswith(
        "Changing param values is not allowed. Param with key='p0' was already logged with value='x'"
    )
    twice = [{"key": "q", "value": "1"}, {"key": "q", "value": "2"}]
    assert refused(wire.post("runs/log-batch", {"run_id": run, "params": twice}))[0] == 400


def test_a_run_ends_is_deleted_and_comes_back(wire: Wire) -> None:
    run = run_id(wire)
    said = wire.post("runs/update", {"run_id": run, "status": "FINISHED", "end_time": 5000, "run_name": "nn"})[1]
    assert (said["run_info"]["status"], said["run_info"]["end_time"], said["run_info"]["run_name"]) == (
        "FINISHED", 5000, "nn",
    )  # fmt: skip
    assert wire.post("runs/set-tag", {"run_id": run, "key": "t", "value": "y"})[0] == 200
    assert wire.post("runs/delete-tag", {"run_id": run, "key": "t"})[0] == 200
    assert refused(wire.post("runs/delete-tag", {"run_id": run, "key": "t"})) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert wire.post("runs/delete", {"run_id": run}) == (200, {})
    assert refused(wire.post("runs/set-tag", {"run_id": run, "key": "t", "value": "y"}))[0] == 400
    assert wire.post("runs/search", {"experiment_ids": ["0"]})[1] == {"runs": []}
    assert len(wire.post("runs/search", {"experiment_ids": ["0"], "run_view_type": "ALL"})[1]["runs"]) == 1
    assert wire.post("runs/restore", {"run_id": run}) == (200, {})
    assert len(wire.post("runs/search", {"experiment_ids": ["0"]})[1]["runs"]) == 1


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("metrics.acc > 0.5", "b"),
        ("metrics.acc <= 0.5", "a"),
        ("params.lr = '0.1'", "a"),
        ("params.lr != '0.1'", "b"),
        ("params.lr LIKE '0.%'", "ab"),
        ("params.lr ILIKE '%2'", "b"),
        ("params.other IS NULL", "ab"),
        ("tags.t = 'a'", "a"),
        ("tags.missing != 'a'", ""),
        ("tags.only IS NOT NULL", "b"),
        ("attributes.run_name IN ('a', 'z')", "a"),
        ("attributes.status = 'RUNNING'", "ab"),
        ("start_time >= 1000", "ab"),
        ("attributes.start_time < 1000", ""),
        ("user_id = 'scientist' AND metrics.acc = 0.5", "a"),
        ("dataset.name = 'flights' AND dataset.context = 'train'", "a"),
        ("dataset.digest IN ('nobody')", ""),
    ],
)
def test_runs_are_found_by_every_kind_of_thing(asked: str, found: str, wire: Wire) -> None:
    for name, acc, rate in (("a", 0.5, "0.1"), ("b", 0.9, "0.2")):
        run = run_id(wire, run_name=name, tags=[{"key": "t", "value": name}])
        metrics = [{"key": "acc", "value": acc, "timestamp": 1}]
        params = [{"key": "lr", "value": rate}]
        assert wire.post("runs/log-batch", {"run_id": run, "metrics": metrics, "params": params})[0] == 200
        if name == "a":
            dataset = {"name": "flights", "digest": "d1", "source_type": "code", "source": "{}"}
            tags = [{"key": "mlflow.data.context", "value": "train"}]
            assert (
                wire.post("runs/log-inputs", {"run_id": run, "datasets": [{"dataset": dataset, "tags": tags}]})[0]
                == 200
            )
        else:
            wire.post("runs/set-tag", {"run_id": run, "key": "only", "value": ""})
    status, said = wire.post("runs/search", {"experiment_ids": ["0"], "filter": asked, "order_by": ["params.lr ASC"]})
    assert status == 200, said
    assert "".join(one["info"]["run_name"] for one in said["runs"]) == found


def test_pages_of_runs_follow_each_other(wire: Wire) -> None:
    for name in "abc":
        run_id(wire, run_name=name)
    asked = {"experiment_ids": ["0"], "max_results": 2, "order_by": ["attributes.run_name DESC"]}
    first = wire.post("runs/search", asked)[1]
    rest = wire.post("runs/search", {**asked, "page_token": first["next_page_token"]})[1]
    assert [one["info"]["run_name"] for one in first["runs"] + rest["runs"]] == ["c", "b", "a"]
    assert "next_page_token" not in rest
    for token in ("not base64!", "e30=", "eyJvZmZzZXQiOiAtMX0="):
        status, said = wire.post("runs/search", {**asked, "page_token": token})
        assert (status, said["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
        assert said["message"].startswith("Invalid page token")


def test_a_page_of_runs_costs_as_many_queries_as_one_run(wire: Wire, django_assert_max_num_queries: Any) -> None:
    for name in "abcd":
        run_id(wire, run_name=name)
    wire.post("runs/search", {"experiment_ids": ["0"]})
    with django_assert_max_num_queries(14):
        assert len(wire.post("runs/search", {"experiment_ids": ["0"]})[1]["runs"]) == 4


def test_a_dataset_of_the_portal_joins_the_lineage(wire: Wire, scientist: Any) -> None:
    """By half of the SHA-256 of its file, or more."""
    from registry.tracking.models import DatasetInput
    from tests.registry.samples import make_dataset, make_dataset_version

    version = make_dataset_version(make_dataset(scientist), scientist)
    run = run_id(wire)
    datasets = [
        {"dataset": {"name": "flights", "digest": digest, "source_type": "http", "source": "{}"}}
        for digest in (version.artifact.sha256[:36], "bf8e4a69")
    ]
    assert wire.post("runs/log-inputs", {"run_id": run, "datasets": datasets}) == (200, {})
    assert wire.post("runs/log-inputs", {"run_id": run, "datasets": datasets}) == (200, {})
    assert [row.dataset_version for row in DatasetInput.objects.order_by("id")] == [version, None]


def test_who_reads_models_sees_runs_and_logs_none(wire: Wire) -> None:
    """S4-13: a viewer, an account without a role, and a key that names another permission."""
    from tests.accounts.people import make_user

    run = run_id(wire)
    viewer = Wire(issue_key(make_user("viewer", "Viewer")))
    assert viewer.get("runs/get", {"run_id": run})[0] == 200
    assert refused(viewer.post("runs/create", {"experiment_id": "0"})) == (403, "PERMISSION_DENIED")
    stranger = make_user("stranger", "Viewer")
    stranger.groups.clear()
    assert refused(Wire(issue_key(stranger)).get("runs/get", {"run_id": run})) == (403, "PERMISSION_DENIED")


def test_what_cannot_be_read_is_refused_as_mlflow_does(wire: Wire) -> None:
    status, said = wire.get("runs/get")
    assert (status, said["message"][:45]) == (400, "Missing value for required parameter 'run_id'")
    assert refused(wire.get("runs/get", {"run_id": "f" * 32})) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert refused(wire.post("runs/search", {"experiment_ids": ["0"], "filter": "a = 1 OR b = 2"}))[0] == 400
    assert refused(wire.post("runs/search", {"max_results": 10_000_000}))[0] == 400
    form = wire.client.post("/mlflow/api/2.0/mlflow/runs/create", {"experiment_id": "0"})
    assert form.status_code == 400, "a form, which any page elsewhere may send"
    too_many = [{"key": str(at), "value": 1, "timestamp": 1} for at in range(1001)]
    assert refused(wire.post("runs/log-batch", {"run_id": "f" * 32, "metrics": too_many}))[0] == 400
    assert refused(wire.post("experiments/delete", {"experiment_id": "0"}))[0] == 400
