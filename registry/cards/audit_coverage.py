"""Which event tells of cards."""

from compliance.audit.coverage import model

from .audit_events import CARD_SAVED, EXPLANATION_ADDED

model("cards.CardRevision", CARD_SAVED)
model("cards.Explanation", EXPLANATION_ADDED)
