"""Portal pages of aliases, mounted at the root."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import views

app_name = "aliases"

urlpatterns = [
    path("models/<object_name:name>/versions/<int:number>/alias/", views.version_alias, name="set"),
    path("models/<object_name:name>/aliases/<object_name:alias>/history/", views.alias_history, name="history"),
]
