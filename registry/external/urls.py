"""Portal pages of what lies elsewhere, mounted at the root."""

from django.urls import path

from . import views

app_name = "external"

urlpatterns = [
    path("models/-/elsewhere/", views.listed, name="list"),
    path("models/-/elsewhere/new/", views.record_new, name="new"),
    path("models/-/elsewhere/attestations/new/", views.attestation_new, name="attest"),
    path("models/-/elsewhere/attestations/<uuid:pk>/withdraw/", views.attestation_withdraw, name="withdraw"),
]
