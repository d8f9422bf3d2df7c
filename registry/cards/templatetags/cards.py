"""Tags of cards: Markdown as HTML, the state of a card, the bars of an explanation."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from modelops.lib.charts import bars
from registry.cards.completeness import completeness, current_card
from registry.cards.markdown import render
from registry.cards.models import Explanation
from registry.grants.rules import may_act
from registry.models import ModelVersion, RegisteredModel

register = template.Library()

SHOWN_FEATURES = 20


@register.filter
def marked_up(text: str) -> SafeString:
    """Text of a card with the few marks of Markdown that are allowed; everything else is escaped."""
    return render(text)


@register.simple_tag
def card_of(model: RegisteredModel) -> dict[str, Any]:
    """The newest revision and what the card still lacks."""
    card = current_card(model)
    return {"revision": card, "state": completeness(model, card.content if card else {})}


@register.simple_tag
def explanation_bars(row: Explanation) -> SafeString:
    """The features that count most, as bars."""
    shown = [(feature["name"], feature["value"]) for feature in row.features[:SHOWN_FEATURES]]
    return bars(shown, title="Features by how much they count")


@register.simple_tag
def may_explain(user: Any, model: RegisteredModel) -> bool:
    """Whether the page of explanations is open to ``user``."""
    return may_act(user, model, "explain")


@register.simple_tag
def explanations_of(version: ModelVersion) -> int:
    """How many explanations a version has."""
    return Explanation.objects.filter(version=version).count()
