"""Cards that came from elsewhere: kept as drafts, and part of the card only once somebody confirms them."""

from typing import Any

from django.db import transaction

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, NotFound
from registry.models import RegisteredModel

from .audit_events import DRAFT_DISCARDED, DRAFT_KEPT
from .completeness import current_card
from .contents import Change, checked_content, differences
from .models import CardDraft, CardRevision
from .services import save_card


@transaction.atomic
def keep_draft(model: RegisteredModel, content: Any, *, source: str, actor: Actor) -> CardDraft | None:
    """Keep what a card says elsewhere; the newest takes the place of an older one. None when the card says it already.

    Raises Invalid for what has no place in a card.
    """
    said = checked_content(content)
    RegisteredModel.objects.select_for_update().get(pk=model.pk)
    card = current_card(model)
    if not said or (card is not None and card.content == said):
        return None
    CardDraft.objects.filter(model=model).delete()
    row = CardDraft.objects.create(model=model, content=said, source=source[:200])
    record(DRAFT_KEPT, model, actor=actor, name=model.name, source=row.source)
    return row


def draft_of(model: RegisteredModel) -> CardDraft:
    """The draft that waits. Raises NotFound when none does."""
    row = CardDraft.objects.filter(model=model).first()
    if row is None:
        raise NotFound(f"No draft of the card of {model} waits. One comes with a bundle.", code="card_draft.none")
    return row


def changes_of(draft: CardDraft) -> list[Change]:
    """What confirming would change in the card as it stands."""
    card = current_card(draft.model)
    return differences(card.content if card else {}, draft.content)


@transaction.atomic
def confirm_draft(model: RegisteredModel, draft_id: Any, *, base: int, actor: Actor) -> CardRevision:
    """Write the draft as the next revision, by whoever read it: ``draft_id`` and ``base`` say what was read.

    Raises NotFound without a draft, Conflict when another came or the card was saved meanwhile.
    """
    row = _locked(model, draft_id)
    revision = save_card(model, row.content, base=base, actor=actor)
    row.delete()
    return revision


@transaction.atomic
def discard_draft(model: RegisteredModel, draft_id: Any, *, actor: Actor) -> None:
    """Throw the draft away; the card stays as it is. Raises NotFound, Conflict."""
    row = _locked(model, draft_id)
    row.delete()
    record(DRAFT_DISCARDED, model, actor=actor, name=model.name, source=row.source)


def _locked(model: RegisteredModel, draft_id: Any) -> CardDraft:
    RegisteredModel.objects.select_for_update().get(pk=model.pk)
    row = draft_of(model)
    if str(row.pk) != str(draft_id):
        raise Conflict(
            "Another draft came after you read this one. Read it, and decide again.", code="card_draft.changed"
        )
    return row
