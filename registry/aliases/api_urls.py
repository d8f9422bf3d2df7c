"""REST addresses of aliases."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import api

_ALIAS = "models/<object_name:name>/aliases/<object_name:alias>/"

urlpatterns = [
    path("models/<object_name:name>/aliases/", api.AliasesView.as_view(), name="api-aliases"),
    path("models/<object_name:name>/aliases/<object_name:alias>/", api.AliasView.as_view(), name="api-alias"),
    path(f"{_ALIAS}history/", api.AliasHistoryView.as_view(), name="api-alias-history"),
    path(f"{_ALIAS}at/", api.AliasAtView.as_view(), name="api-alias-at"),
]
