"""The unmodified client with autolog: parameters, metrics, dataset and model come without a line about them."""

from typing import Any

import pytest

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore"),  # the client's own, about its type hints and what it imports
]


def test_autolog_logs_parameters_metrics_and_the_model(mlflow_client: Any) -> None:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    given = np.arange(40, dtype=float).reshape(20, 2)
    mlflow_client.set_experiment("autolog")
    mlflow_client.sklearn.autolog(silent=True, log_post_training_metrics=False)
    try:
        with mlflow_client.start_run() as started:
            LogisticRegression(max_iter=50).fit(given, given[:, 0] > 20)
    finally:
        mlflow_client.sklearn.autolog(disable=True)
    run = mlflow_client.get_run(started.info.run_id)
    assert run.data.params["max_iter"] == "50"
    assert run.data.metrics["training_accuracy_score"] > 0.5
    assert run.outputs.model_outputs
    assert run.inputs.dataset_inputs
    loaded = mlflow_client.pyfunc.load_model(f"models:/{run.outputs.model_outputs[0].model_id}")
    assert len(loaded.predict(given)) == 20
