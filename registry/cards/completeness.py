"""What a card still lacks, by the risk class of its model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.models import RegisteredModel, RiskClass

from .fields import required_fields
from .models import CardRevision


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is asked for and missing."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of what the risk class asks for is there. The purpose and the class itself count too."""

    required: int
    missing: list[Gap]

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def filled(self) -> int:
        return self.required - len(self.missing)

    @property
    def words(self) -> str:
        """What is missing, for a sentence."""
        return ", ".join(gap.label for gap in self.missing)


def completeness(model: RegisteredModel, content: Mapping[str, Any]) -> Completeness:
    """What ``content`` comes to for ``model`` as it is classed now."""
    missing = []
    if model.risk_class == RiskClass.UNCLASSIFIED:
        missing.append(Gap("risk_class", "risk class"))
    if not model.purpose:
        missing.append(Gap("purpose", "purpose"))
    # Nobody knows yet what else an unclassified model needs: at least what every class asks for.
    asked = required_fields(RiskClass.MINIMAL if model.risk_class == RiskClass.UNCLASSIFIED else model.risk_class)
    missing += [Gap(field.key, field.label.lower()) for field in asked if not content.get(field.key)]
    return Completeness(len(asked) + 2, missing)


def current_card(model: RegisteredModel) -> CardRevision | None:
    """The newest revision of the card of ``model``; None while nobody has written one."""
    return CardRevision.objects.filter(model=model).select_related("author").order_by("-number").first()


def card_state(model: RegisteredModel) -> Completeness:
    """What the card of ``model`` comes to now."""
    card = current_card(model)
    return completeness(model, card.content if card else {})
