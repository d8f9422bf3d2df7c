"""The unmodified client with a model that is a script: logged, registered by its URI, found again."""

from pathlib import Path
from typing import Any

import pytest

from .doubling import SCRIPT

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore"),  # the client's own, about its type hints and what it imports
]


def test_a_script_is_logged_searched_and_loaded(mlflow_client: Any, tmp_path: Path) -> None:
    script = tmp_path / "doubling.py"
    script.write_text(SCRIPT)
    experiment = mlflow_client.set_experiment("scripts")
    with mlflow_client.start_run() as run:
        logged = mlflow_client.pyfunc.log_model(name="doubling", python_model=str(script), pip_requirements=[])
        mlflow_client.log_metric("auc", 0.75, model_id=logged.model_id)
    found = mlflow_client.search_logged_models(
        [experiment.experiment_id], filter_string="metrics.auc > 0.5", output_format="list"
    )
    assert [one.model_id for one in found] == [logged.model_id]
    assert found[0].source_run_id == run.info.run_id
    assert found[0].status.value == "READY"
    loaded = mlflow_client.pyfunc.load_model(f"models:/{logged.model_id}")
    assert loaded.predict([1, 2]) == [2, 4]
    client = mlflow_client.MlflowClient()
    client.set_logged_model_tags(logged.model_id, {"team": "fraud"})
    assert client.get_logged_model(logged.model_id).tags["team"] == "fraud"
    client.delete_logged_model_tag(logged.model_id, "team")
    client.delete_logged_model(logged.model_id)
    with pytest.raises(mlflow_client.exceptions.MlflowException, match="not found"):
        client.get_logged_model(logged.model_id)
