"""Portal pages of variants, mounted at the root."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import views

app_name = "variants"
_VARIANTS = "models/<object_name:name>/versions/<int:number>/variants/"

urlpatterns = [
    path(f"{_VARIANTS}new/", views.variant_new, name="new"),
    path(f"{_VARIANTS}<uuid:pk>/file/", views.variant_file, name="file"),
]
