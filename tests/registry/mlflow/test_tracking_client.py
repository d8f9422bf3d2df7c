"""The unmodified client tracks a training against the running portal."""

import concurrent.futures
from typing import Any

import pytest

pytestmark = pytest.mark.live


def test_a_training_is_tracked_as_before(mlflow_client: Any) -> None:
    """Experiments, runs, batches, searches, deletion: what a team does already, with nothing but another address."""
    mlflow = mlflow_client
    client = mlflow.MlflowClient()
    made = client.create_experiment("/team/delay", tags={"k": "v"})
    assert mlflow.set_experiment("/team/delay").experiment_id == made
    assert client.get_experiment_by_name("nothing") is None
    with pytest.raises(mlflow.exceptions.RestException, match="already exists") as refused:
        client.create_experiment("/team/delay")
    assert refused.value.error_code == "RESOURCE_ALREADY_EXISTS"

    with mlflow.start_run(run_name="first") as run:
        mlflow.log_params({"depth": 3, "path": "a/b"})
        mlflow.log_metric("acc", 0.5, step=0)
        mlflow.log_metric("acc", 0.75, step=1)
        mlflow.log_metrics({"loss": 0.1, "nan": float("nan"), "inf": float("inf")})
        mlflow.set_tags({"team": "risk", "empty": ""})
        with pytest.raises(mlflow.exceptions.MlflowException, match="Changing param values is not allowed"):
            client.log_param(run.info.run_id, "depth", 4)
    read = client.get_run(run.info.run_id)
    assert read.info.status == "FINISHED"
    assert read.data.params == {"depth": "3", "path": "a/b"}
    assert read.data.metrics["acc"] == 0.75
    assert read.data.metrics["nan"] != read.data.metrics["nan"]
    assert read.data.tags["team"] == "risk"
    assert [one.value for one in client.get_metric_history(run.info.run_id, "acc")] == [0.5, 0.75]
    assert read.info.artifact_uri == f"mlflow-artifacts:/{made}/{run.info.run_id}/artifacts"

    with mlflow.start_run(run_name="many") as batch:
        entities = mlflow.entities
        client.log_batch(
            batch.info.run_id,
            metrics=[entities.Metric(f"m{at}", float(at), 1, 0) for at in range(200)],
            params=[entities.Param(f"p{at}", str(at)) for at in range(100)],
            tags=[entities.RunTag(f"t{at}", str(at)) for at in range(50)],
        )
    found = client.search_runs([made], "metrics.acc > 0.7 and params.depth = '3' and tags.team LIKE 'r%'")
    assert [one.info.run_id for one in found] == [run.info.run_id]
    pages = client.search_runs([made], max_results=1, order_by=["attributes.start_time ASC"])
    assert pages.token
    rest = client.search_runs([made], max_results=1, order_by=["attributes.start_time ASC"], page_token=pages.token)
    assert [one.info.run_name for one in [*pages, *rest]] == ["first", "many"]
    assert len(rest[0].data.metrics) == 200
    assert len(rest[0].data.params) == 100

    client.delete_run(run.info.run_id)
    assert len(client.search_runs([made])) == 1
    client.restore_run(run.info.run_id)
    client.delete_tag(run.info.run_id, "team")
    assert "team" not in client.get_run(run.info.run_id).data.tags
    client.rename_experiment(made, "/team/late")
    client.set_experiment_tag(made, "z", "1")
    assert [one.name for one in client.search_experiments(filter_string="tags.z = '1'")] == ["/team/late"]
    client.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    client.restore_experiment(made)
    # Without an experiment: the one named Default.
    default = client.create_run("0")
    assert default.info.experiment_id == "0"

    def log(step: int) -> None:
        client.log_metric(default.info.run_id, "loss", 1.0 / (step + 1), step=step)
        client.set_tag(default.info.run_id, f"t{step}", "x")

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        list(threads.map(log, range(12)))
    read = client.get_run(default.info.run_id)
    assert read.data.metrics["loss"] == 1.0 / 12
    assert len([key for key in read.data.tags if key.startswith("t")]) == 12
    with pytest.raises(mlflow.exceptions.RestException) as missing:
        client.get_run("f" * 32)
    assert missing.value.error_code == "RESOURCE_DOES_NOT_EXIST"
