"""Portal pages of cards, mounted at the root."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import draft_views, views
from .impact.views import assessments

app_name = "cards"

_CARD = "models/<object_name:name>/card/"
_VERSION = "models/<object_name:name>/versions/<int:number>/"

urlpatterns = [
    path(_CARD, views.card, name="card"),
    path(f"{_CARD}edit/", views.edit, name="edit"),
    path(f"{_CARD}document/", views.document, name="document"),
    path(f"{_CARD}draft/", draft_views.draft, name="draft"),
    path(f"{_CARD}revisions/<int:number>/", views.revision, name="revision"),
    path("models/<object_name:name>/impact-assessment/", assessments, name="assessments"),
    path(f"{_VERSION}annex-iv/", views.annex, name="annex"),
    path(f"{_VERSION}explanation/", views.explanation, name="explanation"),
    path(f"{_VERSION}explanation/add/", views.explanation_add, name="explanation-add"),
]
