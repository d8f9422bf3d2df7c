from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import api, storage_report_api

_LOCATION = "storage-locations/<object_name:name>/"

urlpatterns = [
    path("storage-report/", storage_report_api.StorageReportView.as_view(), name="api-storage-report"),
    path("storage-locations/", api.LocationsView.as_view(), name="api-storage-locations"),
    path(_LOCATION, api.LocationView.as_view(), name="api-storage-location"),
    path(f"{_LOCATION}test/", api.LocationTestView.as_view(), name="api-storage-location-test"),
    path(f"{_LOCATION}primary/", api.LocationPrimaryView.as_view(), name="api-storage-location-primary"),
    path(f"{_LOCATION}disable/", api.LocationDisableView.as_view(), name="api-storage-location-disable"),
    path(f"{_LOCATION}enable/", api.LocationEnableView.as_view(), name="api-storage-location-enable"),
    path(f"{_LOCATION}backfill/", api.LocationBackfillView.as_view(), name="api-storage-location-backfill"),
    path(f"{_LOCATION}reconcile/", api.LocationReconcileView.as_view(), name="api-storage-location-reconcile"),
    path("models/<object_name:name>/replication/", api.ModelPolicyView.as_view(), name="api-model-replication"),
    path(
        "models/<object_name:name>/versions/<int:number>/locations/",
        api.ModelLocationsView.as_view(),
        name="api-model-locations",
    ),
    path(
        "datasets/<object_name:name>/versions/<int:number>/locations/",
        api.DatasetLocationsView.as_view(),
        name="api-dataset-locations",
    ),
    path(
        "models/<object_name:name>/versions/<int:number>/locations/<object_name:location>/repair/",
        api.ModelRepairView.as_view(),
        name="api-model-repair",
    ),
    path(
        "datasets/<object_name:name>/versions/<int:number>/locations/<object_name:location>/repair/",
        api.DatasetRepairView.as_view(),
        name="api-dataset-repair",
    ),
]
