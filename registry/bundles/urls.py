"""Portal pages of bundles, mounted at the root."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import views

app_name = "bundles"

urlpatterns = [
    path("models/-/bundles/keys.pem", views.keys, name="keys"),
    path("models/-/bundles/verify_bundle.py", views.program, name="program"),
    path("models/<object_name:name>/bundles/new/", views.bundle_new, name="new"),
    path("models/<object_name:name>/versions/<int:number>/bundle/", views.bundle, name="bundle"),
]
