"""What a person is told of a model (GDPR Art. 15(1)(h)): the words of its card."""

from registry.models import RegisteredModel

from .completeness import current_card

_UNKNOWN = "Its card does not say."


def explained(model: RegisteredModel, relation: str) -> dict[str, str]:
    """The purpose and the logic of ``model`` in words, from its newest card; ``relation`` is why the person is told."""
    card = current_card(model)
    said = card.content if card else {}

    def of(*keys: str) -> str:
        return "\n\n".join(str(said[key]) for key in keys if said.get(key)) or _UNKNOWN

    return {
        "model": model.name,
        "relation": relation,
        "purpose": of("intended_use") if said.get("intended_use") else model.purpose or _UNKNOWN,
        "logic": of("design", "training_data", "instructions"),
        "consequences": of("transparency", "out_of_scope", "risk_management"),
        "limits": of("limitations"),
        "oversight": of("oversight"),
        "contact": of("contact"),
    }
