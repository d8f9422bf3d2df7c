"""The unmodified client beyond a training: figures, pictures, evaluation, nested runs, data, many runs, limits."""

from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore"),  # the client's own, about its type hints and what it imports
]
# The smallest picture that there is.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63000100000005"
    "0001d5c5c0000000000049454e44ae426082"
)


def test_what_runs_keep_is_listed_at_every_depth_replaced_and_removed(mlflow_client: Any, tmp_path: Path) -> None:
    """Files of an open run are overwritten as MLflow does; folders are listed one by one."""
    mlflow, client = mlflow_client, mlflow_client.MlflowClient()
    mlflow.set_experiment("files")
    (tmp_path / "tree" / "a" / "b").mkdir(parents=True)
    for name in ("top.txt", "a/one.txt", "a/b/two.txt"):
        (tmp_path / "tree" / name).write_text(name)
    (tmp_path / "dot.png").write_bytes(PNG)
    with mlflow.start_run() as run:
        mlflow.log_artifacts(str(tmp_path / "tree"), "kept")
        mlflow.log_artifact(str(tmp_path / "dot.png"), "pictures")
        mlflow.log_text("before", "notes.txt")
        mlflow.log_text("after", "notes.txt")
        mlflow.log_dict({"a": [1, 2]}, "kept/dict.yaml")
    key, root = run.info.run_id, run.info.artifact_uri
    assert mlflow.artifacts.load_text(f"{root}/notes.txt") == "after"
    listed = lambda path=None: {(one.path, one.is_dir) for one in client.list_artifacts(key, path)}  # noqa: E731
    assert listed() == {("kept", True), ("pictures", True), ("notes.txt", False)}
    assert listed("kept") == {("kept/a", True), ("kept/top.txt", False), ("kept/dict.yaml", False)}
    assert listed("kept/a/b") == {("kept/a/b/two.txt", False)}
    assert listed("kept/nothing") == set()
    fetched = Path(mlflow.artifacts.download_artifacts(f"{root}/kept", dst_path=str(tmp_path / "fetched")))
    assert {str(one.relative_to(fetched)) for one in fetched.rglob("*") if one.is_file()} == {
        "top.txt", "dict.yaml", "a/one.txt", "a/b/two.txt",
    }  # fmt: skip
    one = mlflow.artifacts.download_artifacts(
        run_id=key, artifact_path="pictures/dot.png", dst_path=str(tmp_path / "one")
    )
    assert Path(one).read_bytes() == PNG


def test_children_are_found_by_their_parent_and_searched_to_the_end(mlflow_client: Any) -> None:
    """Nested runs, and ``search_runs`` that asks page by page until there are no more."""
    mlflow = mlflow_client
    experiment = mlflow.set_experiment("nested")
    client = mlflow.MlflowClient()
    with mlflow.start_run(run_name="parent") as parent:
        for number in range(3):
            with mlflow.start_run(run_name=f"child-{number}", nested=True) as child:
                mlflow.log_metric("loss", number / 10)
    assert mlflow.get_parent_run(child.info.run_id).info.run_id == parent.info.run_id
    found = mlflow.search_runs(
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'",
        order_by=["metrics.loss ASC"], output_format="list",
    )  # fmt: skip
    assert [one.info.run_name for one in found] == ["child-0", "child-1", "child-2"]
    for number in range(8):
        client.create_run(experiment.experiment_id, run_name=f"more-{number}")
    seen, token = [], None
    while True:
        page = client.search_runs([experiment.experiment_id], max_results=5, page_token=token)
        seen += [one.info.run_name for one in page]
        if not (token := page.token):
            break
    assert len(seen) == len(set(seen)) == 12
    frame = mlflow.search_runs(search_all_experiments=True)
    assert len(frame) == 12
    assert {"run_id", "metrics.loss", "tags.mlflow.runName"} <= set(frame.columns)


def test_an_experiment_that_was_deleted_is_refused_until_it_is_restored(mlflow_client: Any) -> None:
    mlflow, client = mlflow_client, mlflow_client.MlflowClient()
    experiment = mlflow.set_experiment("gone")
    client.delete_experiment(experiment.experiment_id)
    with pytest.raises(mlflow.exceptions.MlflowException, match="deleted experiment"):
        mlflow.set_experiment("gone")
    client.restore_experiment(experiment.experiment_id)
    assert mlflow.set_experiment("gone").experiment_id == experiment.experiment_id
    run = client.create_run(experiment.experiment_id).info.run_id
    client.delete_run(run)
    with pytest.raises(mlflow.exceptions.MlflowException, match="'active' state"):
        client.log_metric(run, "loss", 1.0)


def test_batches_are_cut_by_the_client_and_bounded_by_the_portal(mlflow_client: Any) -> None:
    """2,500 metrics and 250 parameters go in requests of at most a thousand; a longer one is refused whole."""
    mlflow, client = mlflow_client, mlflow_client.MlflowClient()
    mlflow.set_experiment("batches")
    with mlflow.start_run() as run:
        mlflow.log_metrics({f"m{at}": float(at) for at in range(2500)})
        mlflow.log_params({f"p{at}": at for at in range(250)})
        mlflow.set_tags({f"t{at}": at for at in range(150)})
    data = client.get_run(run.info.run_id).data
    assert (len(data.metrics), len(data.params)) == (2500, 250)
    from mlflow.entities import Metric

    with pytest.raises(mlflow.exceptions.MlflowException) as refused:
        client._tracking_client.store.log_batch(
            run.info.run_id, [Metric(f"x{at}", 1.0, 1, 0) for at in range(1001)], [], []
        )
    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"
    with pytest.raises(mlflow.exceptions.MlflowException, match="exceeds|length"):
        client.log_param(run.info.run_id, "long", "x" * 6001)
    assert "x0" not in client.get_run(run.info.run_id).data.metrics


def test_data_and_run_of_a_training_are_the_lineage_of_its_version(mlflow_client: Any, tmp_path: Path) -> None:
    """A dataset by the digest of a file that the portal holds; another one is noted with the run alone."""
    import pandas as pd
    from requests.exceptions import HTTPError

    from accounts.models import User
    from registry.models import ModelVersion
    from tests.registry.mlflow.logging_files import MLMODEL
    from tests.registry.samples import make_dataset, make_dataset_version, safetensors

    mlflow, client = mlflow_client, mlflow_client.MlflowClient()
    held = make_dataset_version(make_dataset(scientist := User.objects.get(username="scientist")), scientist)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "MLmodel").write_bytes(MLMODEL)
    (folder / "weights.safetensors").write_bytes(safetensors())
    frame = pd.DataFrame({"delay": [1.0, 2.0]})
    mlflow.set_experiment("lineage")
    with mlflow.start_run() as run:
        digest = held.artifact.sha256[:36]
        mlflow.log_input(mlflow.data.from_pandas(frame, name="flights", digest=digest), context="training")
        mlflow.log_input(mlflow.data.from_pandas(frame, name="other"), context="validation")
        mlflow.log_metric("rmse", 0.5)
        mlflow.log_artifacts(str(folder), "model")
    inputs = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    assert [one.dataset.name for one in inputs] == ["flights", "other"]
    assert [one.tags[0].value for one in inputs] == ["training", "validation"]
    client.create_registered_model("delay")
    source = f"runs:/{run.info.run_id}/model"
    made = client.create_model_version("delay", source, run.info.run_id, await_creation_for=0)
    version = ModelVersion.objects.get(model__name="delay", number=made.version)
    assert list(version.datasets.all()) == [held]
    assert version.metrics == {"rmse": 0.5}
    found = mlflow.search_runs(filter_string="dataset.name = 'flights'", output_format="list")
    assert [one.info.run_id for one in found] == [run.info.run_id]
    # What is registered stays as it was, also for the run that logged it.
    with pytest.raises(HTTPError, match=r"409.*RESOURCE_CONFLICT.*registered stays as it was"):
        client.log_text(run.info.run_id, "other", "model/MLmodel")
    client.log_text(run.info.run_id, "beside", "notes.txt")
    client.log_text(run.info.run_id, "beside it", "notes.txt")


def test_figures_of_an_evaluation_are_about_a_model_and_a_dataset(mlflow_client: Any) -> None:
    """What `mlflow.models.evaluate` sends: each figure with model and dataset, the same figures for two models."""
    import pandas as pd

    mlflow = mlflow_client
    experiment = mlflow.set_experiment("evaluated")
    dataset = mlflow.data.from_pandas(pd.DataFrame({"x": [1.0, 2.0]}), name="held-out")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="testing")
        models = [mlflow.initialize_logged_model(name=name).model_id for name in ("one", "two")]
        for model_id in models:
            mlflow.log_input(dataset)
            mlflow.log_metrics({"rmse": 0.5}, step=1, timestamp=1, model_id=model_id, dataset=dataset)
            mlflow.finalize_logged_model(model_id, "READY")
    read = mlflow.get_run(run.info.run_id)
    assert [one.tags[0].value for one in read.inputs.dataset_inputs] == ["testing"]
    assert read.data.metrics == {"rmse": 0.5}
    assert len(mlflow.MlflowClient().get_metric_history(run.info.run_id, "rmse")) == 1
    for model_id in models:
        (figure,) = mlflow.get_logged_model(model_id).metrics
        assert (figure.key, figure.value, figure.dataset_name) == ("rmse", 0.5, "held-out")
    found = mlflow.search_logged_models(
        [experiment.experiment_id], filter_string="metrics.rmse < 1", output_format="list",
        datasets=[{"dataset_name": "held-out", "dataset_digest": dataset.digest}],
    )  # fmt: skip
    assert {one.model_id for one in found} == set(models)


def test_webhooks_are_refused_with_what_to_use_instead(mlflow_client: Any) -> None:
    from mlflow.entities.webhook import WebhookEvent

    client, exceptions = mlflow_client.MlflowClient(), mlflow_client.exceptions
    event = WebhookEvent.from_str("model_version.created")
    for call in (
        lambda: client.create_webhook("hook", "https://receiver.example/", [event]),
        lambda: client.list_webhooks(),
        lambda: client.get_webhook("1"),
        lambda: client.delete_webhook("1"),
        lambda: client.test_webhook("1"),
    ):
        with pytest.raises(exceptions.RestException, match="alert channels") as refused:
            call()
        assert refused.value.error_code == "ENDPOINT_NOT_FOUND"
