"""Signing an assessment, and which one counts."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from compliance.audit.canonical import canonical_json
from modelops.lib.errors import Conflict, Invalid
from registry.cards.models import AssessmentDecision, ImpactAssessment
from registry.models import RegisteredModel, RiskClass
from registry.services.ownership import account_id

from .audit_events import ASSESSMENT_SIGNED

TEXTS: Final = ("people", "benefits", "risks", "measures", "oversight")
LONGEST: Final = 4000
GOOD_FOR: Final = dt.timedelta(days=365)
"""What a model does to people is weighed again each year, and when its class changes."""


@transaction.atomic
def sign(model: RegisteredModel, given: Mapping[str, str], *, actor: Actor) -> ImpactAssessment:
    """Keep an assessment under the name of whoever signs it.

    Raises Invalid for a text that is missing or too long and for a decision that is none; Conflict for a model without
    a class and for its owner, who would be judging their own work.
    """
    model = RegisteredModel.objects.select_for_update().get(pk=model.pk)
    texts = {name: _text(name, given.get(name, "")) for name in TEXTS}
    decision = given.get("decision", "")
    if decision not in AssessmentDecision.values:
        raise Invalid(
            f"The decision is one of {', '.join(AssessmentDecision.values)}.",
            code="assessment.unknown_decision",
            field="decision",
        )
    if model.risk_class == RiskClass.UNCLASSIFIED:
        raise Conflict(f"{model.name} has no risk class yet. Classify it first.", code="assessment.unclassified")
    if model.owner_id is not None and model.owner_id == account_id(actor):
        raise Conflict(
            f"You own {model.name}; somebody else with the right signs its assessment.", code="assessment.own_model"
        )
    before = ImpactAssessment.objects.filter(model=model).order_by("-number").first()
    row = ImpactAssessment.objects.create(
        model=model,
        number=before.number + 1 if before else 1,
        risk_class=model.risk_class,
        decision=decision,
        signed_ref=actor.ref,
        **texts,
    )
    record(
        ASSESSMENT_SIGNED, row, actor=actor, name=model.name, number=row.number, risk_class=row.risk_class,
        decision=decision, digest=digest(row),
    )  # fmt: skip
    return row


def digest(row: ImpactAssessment) -> str:
    """SHA-256 of what was signed, in canonical JSON: the ledger has it, so that the texts can be compared with it."""
    signed = {name: getattr(row, name) for name in ("number", "risk_class", *TEXTS, "decision", "signed_ref")}
    return hashlib.sha256(canonical_json({"model": str(row.model_id), **signed}).encode()).hexdigest()


def lacking(model: RegisteredModel) -> str:
    """Why the assessments of a model do not let it be used; empty where they do."""
    row = ImpactAssessment.objects.filter(model=model).order_by("-number").first()
    if row is None:
        return "nobody has signed an impact assessment"
    if row.risk_class != model.risk_class:
        return f"assessment {row.number} was signed when the class was {row.get_risk_class_display()!r}"
    if row.decision != AssessmentDecision.ACCEPTED:
        return f"assessment {row.number} found the remaining risk not acceptable"
    if row.signed_at + GOOD_FOR < timezone.now():
        return f"assessment {row.number} of {row.signed_at:%Y-%m-%d} is older than a year"
    return ""


def _text(name: str, value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > LONGEST:
        label = str(ImpactAssessment._meta.get_field(name).verbose_name)
        raise Invalid(
            f"Write what is to be said of {label}, in at most {LONGEST:,} characters.",
            code="assessment.text_missing",
            field=name,
        )
    return text
