"""Which event tells of cards."""

from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import (
    CARD_SAVED,
    CARD_VIEWED,
    DRAFT_DISCARDED,
    DRAFT_KEPT,
    EXPLANATION_ADDED,
    EXPLANATION_READ,
)
from .impact.audit_events import ASSESSMENT_SIGNED

_ASSESSMENT = "models/<object_name:name>/impact-assessment"
_CARD = "models/<object_name:name>/card/"
_VERSION = "models/<object_name:name>/versions/<int:number>/"
_API = "api/v1/"

route(_CARD, get=CARD_VIEWED)
route(f"{_CARD}edit/", get=Exempt.FORM, post=CARD_SAVED)
route(f"{_CARD}document/", get=CARD_VIEWED)
route(f"{_CARD}draft/", get=CARD_VIEWED, post=CARD_SAVED)
route(f"{_CARD}revisions/<int:number>/", get=CARD_VIEWED)
route(f"{_VERSION}annex-iv/", get=CARD_VIEWED)
route(f"{_VERSION}explanation/", get=EXPLANATION_READ)
route(f"{_VERSION}explanation/add/", post=EXPLANATION_ADDED)
route(f"{_API}{_CARD}", get=CARD_VIEWED, put=CARD_SAVED)
route(f"{_API}{_CARD}document/", get=CARD_VIEWED)
route(f"{_API}{_CARD}draft/", get=CARD_VIEWED, post=CARD_SAVED, delete=DRAFT_DISCARDED)
route(f"{_API}{_CARD}revisions/", get=CARD_VIEWED)
route(f"{_API}{_CARD}revisions/<int:revision>/changes/", get=CARD_VIEWED)
route(f"{_API}{_VERSION}annex-iv/", get=CARD_VIEWED)
route(f"{_API}{_VERSION}explanations/", get=EXPLANATION_READ, post=EXPLANATION_ADDED)
route(f"{_ASSESSMENT}/", get=CARD_VIEWED, post=ASSESSMENT_SIGNED)
route(f"{_API}{_ASSESSMENT}s/", get=CARD_VIEWED, post=ASSESSMENT_SIGNED)
admin_pages("cards.CardRevision")
admin_pages("cards.ImpactAssessment")

model("cards.CardRevision", CARD_SAVED)
model("cards.CardDraft", DRAFT_KEPT, DRAFT_DISCARDED, CARD_SAVED)
model("cards.Explanation", EXPLANATION_ADDED)
model("cards.ImpactAssessment", ASSESSMENT_SIGNED)
