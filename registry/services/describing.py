"""What a model or dataset is for, in its owner's words, and how risky its use is."""

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Invalid
from registry.audit_events import DESCRIBED, MODEL_CLASSIFIED, PURPOSE_CHANGED
from registry.models import Dataset, RegisteredModel, RiskClass

LONGEST_PURPOSE = 1000


@transaction.atomic
def describe(row: RegisteredModel | Dataset, description: str, *, actor: Actor) -> None:
    """Replace the description; the ledger knows that it changed, not what it says."""
    if row.description == description:
        return
    row.description = description
    fields = ["description"]
    if isinstance(row, RegisteredModel):
        row.changed_at = timezone.now()
        fields.append("changed_at")
    row.save(update_fields=fields)
    record(DESCRIBED, row, actor=actor, name=row.name)


@transaction.atomic
def classify(
    model: RegisteredModel, *, purpose: str | None = None, risk_class: str | None = None, actor: Actor
) -> RegisteredModel:
    """Say what ``model`` is for and how risky that is; what is not given stays.

    What its card must hold follows the class at once. Raises Invalid.
    """
    row = RegisteredModel.objects.select_for_update().get(pk=model.pk)
    before = row.risk_class
    new_purpose = row.purpose if purpose is None else checked_purpose(purpose)
    new_class = before if risk_class is None else checked_risk(risk_class)
    is_new_purpose = new_purpose != row.purpose
    row.purpose, row.risk_class, row.changed_at = new_purpose, new_class, timezone.now()
    row.save(update_fields=["purpose", "risk_class", "changed_at"])
    model.purpose, model.risk_class, model.changed_at = row.purpose, row.risk_class, row.changed_at
    if is_new_purpose:
        record(PURPOSE_CHANGED, row, actor=actor, name=row.name)
    if new_class != before:
        record(MODEL_CLASSIFIED, row, actor=actor, name=row.name, risk_class=new_class, before=before)
    return row


def checked_purpose(purpose: object) -> str:
    """The purpose in one paragraph. Raises Invalid."""
    text = " ".join(purpose.split()) if isinstance(purpose, str) else None
    if text is None or len(text) > LONGEST_PURPOSE or "\x00" in text:
        raise Invalid(
            f"The purpose is a text of at most {LONGEST_PURPOSE} characters.",
            code="model.invalid_purpose",
            field="purpose",
        )
    return text


def checked_risk(risk_class: object) -> str:
    """One of the risk classes. Raises Invalid."""
    if risk_class not in RiskClass.values:
        raise Invalid(
            f"The risk class {str(risk_class)[:60]!r} is not known; use one of {', '.join(RiskClass.values)}.",
            code="model.unknown_risk_class",
            field="risk_class",
        )
    return str(risk_class)
