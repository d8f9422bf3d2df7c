"""REST addresses of cards and explanations."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import api, draft_api
from .impact.api import ImpactAssessmentsView

_CARD = "models/<object_name:name>/card/"
_VERSION = "models/<object_name:name>/versions/<int:number>/"

urlpatterns = [
    path(_CARD, api.CardView.as_view(), name="api-card"),
    path(f"{_CARD}document/", api.CardDocumentView.as_view(), name="api-card-document"),
    path(f"{_CARD}draft/", draft_api.CardDraftView.as_view(), name="api-card-draft"),
    path(f"{_CARD}revisions/", api.CardRevisionsView.as_view(), name="api-card-revisions"),
    path(f"{_CARD}revisions/<int:revision>/changes/", api.CardDifferenceView.as_view(), name="api-card-changes"),
    path(
        "models/<object_name:name>/impact-assessments/", ImpactAssessmentsView.as_view(), name="api-impact-assessments"
    ),
    path(f"{_VERSION}annex-iv/", api.AnnexView.as_view(), name="api-annex-iv"),
    path(f"{_VERSION}explanations/", api.ExplanationsView.as_view(), name="api-explanations"),
]
