from django.urls import path

from . import addresses  # noqa: F401  registers the converter
from .api import access, datasets, files, lineage, models, one, ranking, rights, searching
from .sealed_client import api as sealed_client
from .uploads import api as uploads

_MODEL_VERSION = "models/<object_name:name>/versions/<int:number>/"
_DATASET_VERSION = "datasets/<object_name:name>/versions/<int:number>/"

urlpatterns = [
    path("sealing-key/", sealed_client.SealingKeyView.as_view(), name="api-sealing-key"),
    path("sealed-client/", sealed_client.SealedClientView.as_view(), name="api-sealed-client"),
    path("uploads/", uploads.UploadsView.as_view(), name="api-uploads"),
    path("uploads/<uuid:upload_id>/", uploads.UploadView.as_view(), name="api-upload"),
    path("model-versions/", searching.VersionsView.as_view(), name="api-all-versions"),
    path("saved-filters/", searching.SavedFiltersView.as_view(), name="api-saved-filters"),
    path("saved-filters/<uuid:pk>/", searching.SavedFilterView.as_view(), name="api-saved-filter"),
    path("models/", models.ModelsView.as_view(), name="api-models"),
    path("models/<object_name:name>/", one.ModelView.as_view(), name="api-model"),
    path("models/<object_name:name>/restore/", one.ModelRestoreView.as_view(), name="api-model-restore"),
    path("models/<object_name:name>/best/", ranking.ModelBestView.as_view(), name="api-model-best"),
    path("models/<object_name:name>/compare/", ranking.ModelCompareView.as_view(), name="api-model-compare"),
    path("models/<object_name:name>/may/<slug:action>/", rights.ModelMayView.as_view(), name="api-model-may"),
    path("models/<object_name:name>/access-report/", rights.ModelAccessView.as_view(), name="api-model-access"),
    path("models/<object_name:name>/grants/", access.ModelGrantsView.as_view(), name="api-model-grants"),
    path("models/<object_name:name>/grants/<uuid:pk>/", access.ModelGrantView.as_view(), name="api-model-grant"),
    path("models/<object_name:name>/access-code/", access.AccessCodeView.as_view(), name="api-model-access-code"),
    path("models/<object_name:name>/versions/", models.ModelVersionsView.as_view(), name="api-model-versions"),
    path(_MODEL_VERSION, one.ModelVersionView.as_view(), name="api-model-version"),
    path(f"{_MODEL_VERSION}lineage/", lineage.ModelVersionLineageView.as_view(), name="api-model-lineage"),
    path(f"{_MODEL_VERSION}restore/", one.ModelVersionRestoreView.as_view(), name="api-model-version-restore"),
    path(f"{_MODEL_VERSION}artifact/", models.ModelArtifactView.as_view(), name="api-model-artifact"),
    path(f"{_MODEL_VERSION}files/", files.ModelFilesView.as_view(), name="api-model-files"),
    path(f"{_MODEL_VERSION}files/<path:path>", files.ModelFileView.as_view(), name="api-model-file"),
    path(f"{_MODEL_VERSION}archive/", files.ModelArchiveView.as_view(), name="api-model-archive"),
    path(f"{_MODEL_VERSION}verify/", models.ModelVerifyView.as_view(), name="api-model-verify"),
    path(f"{_MODEL_VERSION}parameters/", models.ModelParametersView.as_view(), name="api-model-parameters"),
    path("datasets/", datasets.DatasetsView.as_view(), name="api-datasets"),
    path("datasets/<object_name:name>/", one.DatasetView.as_view(), name="api-dataset"),
    path("datasets/<object_name:name>/impact/", lineage.DatasetImpactView.as_view(), name="api-dataset-impact"),
    path("datasets/<object_name:name>/restore/", one.DatasetRestoreView.as_view(), name="api-dataset-restore"),
    path("datasets/<object_name:name>/access-report/", rights.DatasetAccessView.as_view(), name="api-dataset-access"),
    path("datasets/<object_name:name>/grants/", access.DatasetGrantsView.as_view(), name="api-dataset-grants"),
    path("datasets/<object_name:name>/grants/<uuid:pk>/", access.DatasetGrantView.as_view(), name="api-dataset-grant"),
    path("datasets/<object_name:name>/versions/", datasets.DatasetVersionsView.as_view(), name="api-dataset-versions"),
    path(_DATASET_VERSION, one.DatasetVersionView.as_view(), name="api-dataset-version"),
    path(f"{_DATASET_VERSION}lineage/", lineage.DatasetVersionLineageView.as_view(), name="api-dataset-lineage"),
    path(f"{_DATASET_VERSION}restore/", one.DatasetVersionRestoreView.as_view(), name="api-dataset-version-restore"),
    path(f"{_DATASET_VERSION}artifact/", datasets.DatasetArtifactView.as_view(), name="api-dataset-artifact"),
    path(f"{_DATASET_VERSION}verify/", datasets.DatasetVerifyView.as_view(), name="api-dataset-verify"),
]
