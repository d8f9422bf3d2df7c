"""REST addresses of external records."""

from django.urls import path

from . import api

urlpatterns = [
    path("external-records/", api.ExternalRecordsView.as_view(), name="api-external-records"),
    path("external-records/<uuid:pk>/", api.ExternalRecordView.as_view(), name="api-external-record"),
]
