"""The impact assessment among the gates of promotion. No policy switches it off."""

from registry.aliases.gate import Gate, gates
from registry.models import ModelVersion, RegisteredModel, RiskClass

from .services import lacking


@gates.register("assessment")
class AssessmentGate(Gate):
    """A model of the class "high" has an assessment of its impact that somebody with the right signed."""

    label = "Impact assessment"

    def check(self, version: ModelVersion) -> tuple[bool, str]:
        # The class may have changed since the version was read.
        model = RegisteredModel.objects.get(pk=version.model_id)
        if model.risk_class != RiskClass.HIGH:
            return True, f"The class {model.get_risk_class_display()!r} asks for no impact assessment."
        if why := lacking(model):
            return False, f"The model is of high risk, and {why}. It is signed on its page, under Impact assessment."
        return True, "An impact assessment is signed and accepts the remaining risk."
