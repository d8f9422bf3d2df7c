from django.urls import path

from . import addresses  # noqa: F401  registers the converter
from .api import datasets, models

_MODEL_VERSION = "models/<object_name:name>/versions/<int:number>/"
_DATASET_VERSION = "datasets/<object_name:name>/versions/<int:number>/"

urlpatterns = [
    path("models/", models.ModelsView.as_view(), name="api-models"),
    path("models/<object_name:name>/", models.ModelView.as_view(), name="api-model"),
    path("models/<object_name:name>/versions/", models.ModelVersionsView.as_view(), name="api-model-versions"),
    path(_MODEL_VERSION, models.ModelVersionView.as_view(), name="api-model-version"),
    path(f"{_MODEL_VERSION}artifact/", models.ModelArtifactView.as_view(), name="api-model-artifact"),
    path(f"{_MODEL_VERSION}verify/", models.ModelVerifyView.as_view(), name="api-model-verify"),
    path(f"{_MODEL_VERSION}parameters/", models.ModelParametersView.as_view(), name="api-model-parameters"),
    path("datasets/", datasets.DatasetsView.as_view(), name="api-datasets"),
    path("datasets/<object_name:name>/", datasets.DatasetView.as_view(), name="api-dataset"),
    path("datasets/<object_name:name>/versions/", datasets.DatasetVersionsView.as_view(), name="api-dataset-versions"),
    path(_DATASET_VERSION, datasets.DatasetVersionView.as_view(), name="api-dataset-version"),
    path(f"{_DATASET_VERSION}artifact/", datasets.DatasetArtifactView.as_view(), name="api-dataset-artifact"),
    path(f"{_DATASET_VERSION}verify/", datasets.DatasetVerifyView.as_view(), name="api-dataset-verify"),
]
