"""What the ledger is told when somebody reads a card or an explanation."""

from typing import Any

from compliance.audit.reading import record_reading
from registry.models import ModelVersion, RegisteredModel

from .audit_events import CARD_VIEWED, EXPLANATION_READ


def card(request: Any, model: RegisteredModel, part: str = "card") -> None:
    """``part`` says what of the card is shown or taken along."""
    record_reading(CARD_VIEWED, model, request=request, name=model.name, part=part)


def explanation(request: Any, version: ModelVersion) -> None:
    """An explanation tells about data, so nothing is shown that is not recorded."""
    record_reading(
        EXPLANATION_READ, version, request=request, strict=True, name=version.model.name, version=version.number
    )
