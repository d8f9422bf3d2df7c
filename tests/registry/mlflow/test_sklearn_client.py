"""The unmodified client with scikit-learn: log, register, alias, load, predict."""

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from .conftest import issue_key

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore"),  # the client's own, about its type hints and what it imports
]


def _trained() -> tuple[Any, Any]:
    import numpy as np
    from sklearn.linear_model import LinearRegression

    given = np.arange(24, dtype=float).reshape(8, 3)
    return LinearRegression().fit(given, given.sum(axis=1)), given


class _Opener:
    def __reduce__(self) -> Any:
        return os.system, ("true",)


def _pickled() -> bytes:
    return pickle.dumps(_Opener())


@pytest.fixture
def scans(live_portal: Any) -> None:
    """A worker beside the web server, so that versions get their verdict while the client waits."""
    live_portal.start("worker")


def test_a_model_is_logged_registered_aliased_and_loaded(
    mlflow_client: Any, scans: None, stored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import numpy as np

    from registry.models import ModelVersion
    from tests.accounts.people import make_user

    model, given = _trained()
    mlflow_client.set_experiment("delays")
    with mlflow_client.start_run() as run:
        mlflow_client.log_param("depth", 3)
        mlflow_client.log_metric("rmse", 0.25)
        logged = mlflow_client.sklearn.log_model(
            model, name="model", registered_model_name="arrival-delay", pip_requirements=["scikit-learn"]
        )
    client = mlflow_client.MlflowClient()
    version = client.get_model_version("arrival-delay", "1")
    assert (version.status, version.run_id) == ("READY", run.info.run_id)
    with monkeypatch.context() as as_engineer:  # aliases are moved by those who deploy
        as_engineer.setenv("MLFLOW_TRACKING_TOKEN", issue_key(make_user("engineer", "ML engineer")))
        client.set_registered_model_alias("arrival-delay", "candidate", "1")
    loaded = mlflow_client.pyfunc.load_model("models:/arrival-delay@candidate")
    assert np.allclose(loaded.predict(given), model.predict(given))
    again = mlflow_client.sklearn.load_model(f"models:/{logged.model_id}")
    assert np.allclose(again.predict(given), model.predict(given))
    row = ModelVersion.objects.get(model__name="arrival-delay", number=1)
    assert row.file_format == "mlflow"
    assert row.labels.logged_model_id == logged.model_id
    assert {"MLmodel", "model.skops"} <= {file.path for file in row.files.all()}
    # Nothing of what the client sent lies in clear: neither the model nor its description.
    for file in stored():
        content = Path(file).read_bytes()
        assert b"python_function" not in content
        assert b"sklearn" not in content


def test_texts_tables_and_dictionaries_are_logged_and_loaded(mlflow_client: Any) -> None:
    import pandas as pd

    mlflow_client.set_experiment("tables")
    with mlflow_client.start_run() as run:
        mlflow_client.log_text("words of the run", "notes/a.txt")
        mlflow_client.log_dict({"threshold": 0.5}, "settings.json")
        mlflow_client.log_table(pd.DataFrame({"x": [1, 2]}), "rows.json")
    root = run.info.artifact_uri
    assert mlflow_client.artifacts.load_text(f"{root}/notes/a.txt") == "words of the run"
    assert mlflow_client.artifacts.load_dict(f"{root}/settings.json") == {"threshold": 0.5}
    assert mlflow_client.load_table("rows.json", run_ids=[run.info.run_id])["x"].tolist() == [1, 2]
    client = mlflow_client.MlflowClient()
    assert {one.path for one in client.list_artifacts(run.info.run_id)} == {"notes", "settings.json", "rows.json"}
    assert [one.path for one in client.list_artifacts(run.info.run_id, "notes")] == ["notes/a.txt"]


def test_a_pickle_that_runs_code_ends_as_a_failed_registration(mlflow_client: Any, scans: None, tmp_path: Path) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "MLmodel").write_text("flavors: {}\n")
    (folder / "model.pkl").write_bytes(_pickled())
    mlflow_client.set_experiment("pickles")
    with mlflow_client.start_run() as run:
        mlflow_client.log_artifacts(str(folder), "model")
    client = mlflow_client.MlflowClient()
    client.create_registered_model("delay")
    source = f"{run.info.artifact_uri}/model"
    with pytest.raises(mlflow_client.exceptions.MlflowException, match="quarantine"):
        client.create_model_version("delay", source, run.info.run_id, await_creation_for=60)
    assert client.get_model_version("delay", "1").status == "FAILED_REGISTRATION"
    with pytest.raises(mlflow_client.exceptions.MlflowException):
        mlflow_client.artifacts.download_artifacts(f"{source}/model.pkl", dst_path=str(tmp_path))
