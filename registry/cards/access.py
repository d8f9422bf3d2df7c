"""Who may read cards and explanations, beside the permission of the route."""

from typing import Any

from modelops.lib.errors import NotAllowed
from registry.grants.rules import may_act
from registry.models import RegisteredModel


def require_explaining(user: Any, model: RegisteredModel) -> None:
    """Raise NotAllowed unless ``user`` may see explanations of ``model``, by the role or by a grant."""
    if not may_act(user, model, "explain"):
        raise NotAllowed(
            "Explanations can tell about the data, so they take the permission “explain”. Ask whoever decides on "
            f"the model {model} for it.",
            code="permission.denied",
        )
