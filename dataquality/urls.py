"""Portal pages of data quality, mounted at the root."""

from django.urls import path

import registry.addresses  # noqa: F401  the converter of names
from dataquality import profile_views, rule_views, run_views, views

app_name = "dataquality"

urlpatterns = [
    path("quality/", views.run_list, name="run-list"),
    path("quality/new/", views.run_new, name="run-new"),
    path("quality/<uuid:run_id>/", views.run_detail, name="run-detail"),
    path("quality/<uuid:run_id>/issues/<int:number>/", run_views.issue_detail, name="issue-detail"),
    path("quality/<uuid:run_id>/comparison/", run_views.run_comparison, name="run-comparison"),
    path("quality/datasets/<object_name:name>/", run_views.dataset_trend, name="dataset-trend"),
    path(
        "quality/datasets/<object_name:name>/versions/<int:number>/columns/",
        profile_views.version_columns,
        name="version-columns",
    ),
    path("quality/datasets/<object_name:name>/rules/", rule_views.rules, name="rules"),
]
