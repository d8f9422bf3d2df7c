"""Portal pages of data quality, mounted at the root."""

from django.urls import path

from dataquality import views

app_name = "dataquality"

urlpatterns = [
    path("quality/", views.run_list, name="run-list"),
    path("quality/new/", views.run_new, name="run-new"),
    path("quality/<uuid:run_id>/", views.run_detail, name="run-detail"),
]
