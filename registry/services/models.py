"""Registering models."""

from django.db import IntegrityError, transaction

from compliance.audit import Actor, record
from modelops.lib.errors import Invalid
from modelops.lib.names import validate_name
from registry.audit_events import MODEL_REGISTERED
from registry.models import RegisteredModel, RiskClass, TaskType

from .describing import checked_purpose, checked_risk
from .ownership import account_id
from .retired import refuse_retired, taken


@transaction.atomic
def register_model(
    name: str,
    task_type: str,
    description: str = "",
    purpose: str = "",
    risk_class: str = RiskClass.UNCLASSIFIED,
    *,
    actor: Actor,
) -> RegisteredModel:
    """A new model without versions.

    Raises Invalid for the name, task type, purpose or risk class, Conflict when the name is taken.
    """
    validate_name(name, "model")
    refuse_retired("model", name)
    if task_type not in TaskType.values:
        raise Invalid(
            f"The task type {str(task_type)[:60]!r} is not known; use one of {', '.join(TaskType.values)}.",
            code="model.unknown_task_type",
            field="task_type",
        )
    purpose, risk_class = checked_purpose(purpose), checked_risk(risk_class)
    try:
        with transaction.atomic():
            model = RegisteredModel.objects.create(
                name=name,
                task_type=task_type,
                description=description,
                purpose=purpose,
                risk_class=risk_class,
                owner_id=account_id(actor),
            )
    except IntegrityError:
        raise taken("model", name) from None
    record(MODEL_REGISTERED, model, actor=actor, name=model.name)
    return model
