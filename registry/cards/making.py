"""The documents of a model: its card as it stands, and the skeleton of the technical documentation of a version."""

from registry.models import ModelVersion, RegisteredModel

from .completeness import current_card
from .documents import HEADINGS, Document, annex_document, card_document
from .known import facts_for
from .models import CardRevision


def document_of_card(model: RegisteredModel, card: CardRevision | None) -> Document:
    """The card of ``model`` at one revision, or the empty one."""
    facts = [
        ("Model", model.name),
        ("Task", model.get_task_type_display()),
        ("Purpose", model.purpose or "missing"),
        ("Risk class", model.get_risk_class_display()),
        *_written(card),
    ]
    return card_document(f"Model card of {model}", facts, card.content if card else {}, model.risk_class)


def document_of_annex(version: ModelVersion) -> Document:
    """The nine headings of Annex IV for ``version``, with what its card says and what the portal knows."""
    model = version.model
    card = current_card(model)
    known = {number: facts_for(number, version) for number in range(1, len(HEADINGS) + 1)}
    facts = [("System", str(version)), ("Risk class", model.get_risk_class_display()), *_written(card)]
    title = f"Technical documentation of {version} (Annex IV of Regulation (EU) 2024/1689)"
    return annex_document(title, facts, card.content if card else {}, known)


def _written(card: CardRevision | None) -> list[tuple[str, str]]:
    return [("Card", f"revision {card.number} of {card.created_at:%Y-%m-%d}" if card else "not written")]
