"""A model that is a script: it holds no pickle, so the scanner has only text to judge."""

SCRIPT = """
import mlflow


class Doubling(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input: list[int], params=None) -> list[int]:
        return [2 * value for value in model_input]


mlflow.models.set_model(Doubling())
"""
