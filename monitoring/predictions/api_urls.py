"""REST addresses of predictions."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import api, describing_api, performance_api

urlpatterns = [
    path("predictions/", api.PredictionsView.as_view(), name="api-predictions"),
    path("ground-truth/", api.GroundTruthView.as_view(), name="api-ground-truth"),
    path(
        "models/<object_name:name>/versions/<int:number>/feature-schema/",
        describing_api.FeatureSchemaView.as_view(),
        name="api-feature-schema",
    ),
    path(
        "models/<object_name:name>/performance/",
        performance_api.ModelPerformanceView.as_view(),
        name="api-model-performance",
    ),
    path("models/<object_name:name>/group-policy/", describing_api.GroupPolicyView.as_view(), name="api-group-policy"),
]
