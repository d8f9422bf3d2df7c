"""Which flavours of MLflow's client end as READY, and what it says of those that the scanner holds."""

from pathlib import Path
from typing import Any

import pytest

from .doubling import SCRIPT

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore"),  # the client's own, about its type hints and what it imports
]
# Else the client loads each model once more in a process of its own, to find them out; `test_autolog_client` lets it.
NEEDED = ["scikit-learn"]


def _identity() -> Any:
    from onnx import TensorProto, helper

    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 3]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "graph", ends[:1], ends[1:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def _pair() -> tuple[Any, Any, Any]:
    import numpy as np
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.linear_model import LinearRegression

    given = np.arange(24, dtype=float).reshape(8, 3)
    asked = given.sum(axis=1)
    return LinearRegression().fit(given, asked), RandomForestRegressor(n_estimators=2).fit(given, asked), given


def test_what_holds_no_program_of_its_own_is_ready(mlflow_client: Any, live_portal: Any) -> None:
    """skops with the trees that the caller trusts, pickles of a library's own classes, ONNX, an input example."""
    linear, forest, given = _pair()
    live_portal.start("worker")
    sklearn, client = mlflow_client.sklearn, mlflow_client.MlflowClient()
    mlflow_client.set_experiment("flavours")
    trusted = {"skops_trusted_types": ["sklearn.tree._tree.Tree"], "pip_requirements": NEEDED}
    logged = {
        "trees": lambda name: sklearn.log_model(forest, name="m", registered_model_name=name, **trusted),
        "example": lambda name: sklearn.log_model(
            linear,
            name="m",
            registered_model_name=name,
            input_example=given[:2],
            serialization_format="pickle",
            pip_requirements=NEEDED,
        ),
        "cloudpickled": lambda name: sklearn.log_model(
            forest,
            name="m",
            registered_model_name=name,
            serialization_format="cloudpickle",
            pip_requirements=NEEDED,
        ),
        "onnx": lambda name: mlflow_client.onnx.log_model(
            _identity(), name="m", registered_model_name=name, pip_requirements=["onnx"]
        ),
    }
    for name, log in logged.items():
        with mlflow_client.start_run():
            log(name)
        assert client.get_model_version(name, "1").status == "READY"
    loaded = mlflow_client.pyfunc.load_model("models:/cloudpickled/1")
    assert list(loaded.predict(given)) == list(forest.predict(given))


def test_what_brings_code_fails_with_the_file_and_the_reason(
    mlflow_client: Any, live_portal: Any, tmp_path: Path
) -> None:
    """A script, code beside a model, a class and a function of one's own: the client raises with what was found."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    linear, _, given = _pair()
    live_portal.start("worker")
    script = tmp_path / "doubling.py"
    script.write_text(SCRIPT)
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "more.py").write_text("x = 1\n")

    class Doubling(mlflow_client.pyfunc.PythonModel):  # type: ignore[misc,name-defined]
        def predict(self, context: Any, model_input: list[int], params: Any = None) -> list[int]:
            return [2 * value for value in model_input]

    own = make_pipeline(FunctionTransformer(lambda rows: rows), linear).fit(given, given.sum(axis=1))
    sklearn, pyfunc = mlflow_client.sklearn, mlflow_client.pyfunc
    logged = {
        r"doubling\.py: The ending '\.py' is one of code": lambda name: pyfunc.log_model(
            name="m", python_model=str(script), registered_model_name=name, pip_requirements=[]
        ),
        r"code/beside/more\.py: The ending '\.py' is one of code": lambda name: sklearn.log_model(
            linear, name="m", registered_model_name=name, code_paths=[str(beside)], pip_requirements=NEEDED
        ),
        r"python_model\.pkl.*_make_skeleton_class, which is not on the list": lambda name: pyfunc.log_model(
            name="m", python_model=Doubling(), registered_model_name=name, pip_requirements=[]
        ),
        r"model\.pkl.*_make_function, which is not on the list": lambda name: sklearn.log_model(
            own,
            name="m",
            registered_model_name=name,
            serialization_format="cloudpickle",
            pip_requirements=NEEDED,
        ),
    }
    client = mlflow_client.MlflowClient()
    mlflow_client.set_experiment("flavours")
    for number, (reason, log) in enumerate(logged.items()):
        with mlflow_client.start_run(), pytest.raises(mlflow_client.exceptions.MlflowException) as refused:
            log(f"held-{number}")
        assert refused.match(f"FAILED_REGISTRATION.*{reason}")
        assert client.get_model_version(f"held-{number}", "1").status == "FAILED_REGISTRATION"
