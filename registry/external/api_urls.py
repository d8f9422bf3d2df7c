"""REST addresses of external records."""

from django.urls import path

from . import api, attesting_api

urlpatterns = [
    path("external-records/", api.ExternalRecordsView.as_view(), name="api-external-records"),
    path("external-records/<uuid:pk>/", api.ExternalRecordView.as_view(), name="api-external-record"),
    path(
        "external-records/attestations/",
        attesting_api.PlatformAttestationsView.as_view(),
        name="api-platform-attestations",
    ),
    path(
        "external-records/attestations/<uuid:pk>/withdraw/",
        attesting_api.PlatformAttestationWithdrawView.as_view(),
        name="api-platform-attestation-withdraw",
    ),
]
