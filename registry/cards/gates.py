"""The model card among the gates of promotion."""

from registry.aliases.gate import Gate, gates
from registry.models import ModelVersion, RegisteredModel, RiskClass
from registry.promotion.policies import policy_for

from .completeness import card_state
from .impact import gate as _assessment  # noqa: F401  registers itself


@gates.register("card")
class CardGate(Gate):
    """What the risk class of the model asks for is written down; a prohibited practice never passes."""

    label = "Model card"

    def check(self, version: ModelVersion) -> tuple[bool, str]:
        # The class may have changed since the version was read.
        model = RegisteredModel.objects.get(pk=version.model_id)
        if model.risk_class == RiskClass.PROHIBITED:
            return False, "The model is classed as a prohibited practice, which is not put into use."
        if not policy_for(model).requires_card:
            return True, "The policy of the model asks for no complete card."
        state = card_state(model)
        if state.is_complete:
            return (
                True,
                f"All {state.required} fields that the class {model.get_risk_class_display()!r} asks for are filled.",
            )
        return False, f"The card lacks {state.words}. Fill it in on the page of the model, under Card."
