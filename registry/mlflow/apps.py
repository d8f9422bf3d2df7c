from django.apps import AppConfig


class MlflowConfig(AppConfig):
    name = "registry.mlflow"
    label = "mlflow"
    verbose_name = "MLflow's protocol"

    def ready(self) -> None:
        from modelops.rest.plain_pages import answer_below

        from .refused import plain_refusal

        answer_below("/mlflow/", plain_refusal)
