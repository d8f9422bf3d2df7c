"""Portal pages of the registry, mounted at the root."""

from django.urls import path

from . import addresses  # noqa: F401  registers the converter
from .sealed_client.views import sealed_client
from .views import (
    access,
    access_report,
    datasets,
    deletion,
    describing,
    files,
    lineage,
    locations,
    models,
    ranking,
    searching,
)

app_name = "registry"

_MODEL_VERSION = "models/<object_name:name>/versions/<int:number>/"
_DATASET_VERSION = "datasets/<object_name:name>/versions/<int:number>/"
_WHOLE = "<registry_kind:kind>/<object_name:name>/"
_VERSION = f"{_WHOLE}versions/<int:number>/"

urlpatterns = [
    path("models/", models.model_list, name="model-list"),
    path("models/-/new/", models.model_new, name="model-new"),
    path("models/-/versions/", searching.version_list, name="version-list"),
    path("models/-/filters/", searching.filter_save, name="filter-save"),
    path("models/-/filters/<uuid:pk>/remove/", searching.filter_remove, name="filter-remove"),
    path("models/-/sealed/", sealed_client, name="sealed-client"),
    path("models/<object_name:name>/", models.model_detail, name="model-detail"),
    path("models/<object_name:name>/describe/", describing.describe_model, name="model-describe"),
    path("models/<object_name:name>/metric/", ranking.choose, name="model-metric"),
    path("models/<object_name:name>/compare/", ranking.comparison, name="model-compare"),
    path("models/<object_name:name>/access-code/", access.enter_code, name="model-code"),
    path("models/<object_name:name>/access/code/", access.set_code, name="model-set-code"),
    path(f"{_WHOLE}access/", access.access, name="access"),
    path(f"{_WHOLE}access/report/", access_report.report, name="access-report"),
    path(f"{_WHOLE}access/report.csv", access_report.report_csv, name="access-report-csv"),
    path(f"{_WHOLE}access/grants/", access.grant, name="grant"),
    path(f"{_WHOLE}access/grants/<uuid:pk>/revoke/", access.revoke, name="grant-revoke"),
    path(f"{_WHOLE}delete/", deletion.delete, name="whole-delete"),
    path(f"{_WHOLE}restore/", deletion.restore, name="whole-restore"),
    path(f"{_VERSION}delete/", deletion.delete, name="version-delete"),
    path(f"{_VERSION}restore/", deletion.restore, name="version-restore"),
    path("models/<object_name:name>/versions/new/", models.version_new, name="version-new"),
    path(_MODEL_VERSION, models.version_detail, name="version-detail"),
    path(f"{_MODEL_VERSION}parameters/", models.version_parameters, name="version-parameters"),
    path(f"{_MODEL_VERSION}verify/", models.version_verify, name="version-verify"),
    path(f"{_MODEL_VERSION}file/", models.version_file, name="version-file"),
    path(f"{_MODEL_VERSION}files/<path:path>", files.version_part, name="version-part"),
    path(f"{_MODEL_VERSION}archive/", files.version_archive, name="version-archive"),
    path(
        f"{_MODEL_VERSION}locations/<object_name:location>/repair/",
        locations.model_version_repair,
        name="version-repair",
    ),
    path(
        f"{_DATASET_VERSION}locations/<object_name:location>/repair/",
        locations.dataset_version_repair,
        name="dataset-version-repair",
    ),
    path("datasets/", datasets.dataset_list, name="dataset-list"),
    path("datasets/-/new/", datasets.dataset_new, name="dataset-new"),
    path("datasets/<object_name:name>/", datasets.dataset_detail, name="dataset-detail"),
    path("datasets/<object_name:name>/impact/", lineage.impact, name="dataset-impact"),
    path("datasets/<object_name:name>/describe/", describing.describe_dataset, name="dataset-describe"),
    path("datasets/<object_name:name>/versions/new/", datasets.version_new, name="dataset-version-new"),
    path(_DATASET_VERSION, datasets.version_detail, name="dataset-version-detail"),
    path(f"{_DATASET_VERSION}verify/", datasets.version_verify, name="dataset-version-verify"),
    path(f"{_DATASET_VERSION}file/", datasets.version_file, name="dataset-version-file"),
]
