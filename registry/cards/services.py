"""Writing cards and adding explanations."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict
from registry.models import ModelVersion, RegisteredModel
from registry.services.ownership import account_id

from .audit_events import CARD_SAVED, EXPLANATION_ADDED
from .completeness import completeness, current_card
from .contents import checked_content, differences
from .explanations import checked_explanation
from .models import CardRevision, Explanation

MOST_EXPLANATIONS = 100


@transaction.atomic
def save_card(model: RegisteredModel, content: Any, *, base: int | None = None, actor: Actor) -> CardRevision:
    """Write the next revision of the card of ``model``: ``content`` is all of it, by the key of the field.

    ``base`` is the revision that the writer began from; 0 for none. Raises Invalid for what has no place, Conflict when
    somebody else saved meanwhile or nothing changed.
    """
    said = checked_content(content)
    # Whoever holds the model's row gives out its revisions; the risk class stands still meanwhile.
    model = RegisteredModel.objects.select_for_update().get(pk=model.pk)
    before = current_card(model)
    number = before.number if before else 0
    if base is not None and base != number:
        raise Conflict(
            f"Revision {number} of the card was saved after you began from revision {base}. Read it, and write what "
            "you want to change again.",
            code="card.changed_meanwhile",
            field="base",
        )
    changed = differences(before.content if before else {}, said)
    if not changed:
        raise Conflict("The card says this already; nothing was saved.", code="card.unchanged")
    row = CardRevision.objects.create(
        model=model, number=number + 1, content=said, risk_class=model.risk_class, author_id=account_id(actor)
    )
    RegisteredModel.objects.filter(pk=model.pk).update(changed_at=timezone.now())
    record(
        CARD_SAVED, model, actor=actor, name=model.name, revision=row.number,
        changed=", ".join(change.field.key for change in changed),
        missing=len(completeness(model, said).missing),
    )  # fmt: skip
    return row


@transaction.atomic
def add_explanation(version: ModelVersion, value: Any, *, actor: Actor) -> Explanation:
    """Keep what an explainer summed up about ``version``. Raises Invalid, and Conflict at the limit."""
    said = checked_explanation(value)
    RegisteredModel.objects.select_for_update().get(pk=version.model_id)
    if Explanation.objects.filter(version=version).count() >= MOST_EXPLANATIONS:
        raise Conflict(
            f"{version} has {MOST_EXPLANATIONS} explanations already; no more are taken.", code="explanation.too_many"
        )
    row = Explanation.objects.create(
        version=version, method=said.method, features=said.features, rows=said.rows, author_id=account_id(actor)
    )
    record(
        EXPLANATION_ADDED, version, actor=actor, name=version.model.name, version=version.number,
        features=len(said.features),
    )  # fmt: skip
    return row
