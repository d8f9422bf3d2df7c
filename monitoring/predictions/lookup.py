"""From a name in a body to the model, within what the caller may see."""

from typing import Any

from modelops.lib.errors import NotFound
from registry.models import RegisteredModel


def model_by_name(user: Any, name: str) -> RegisteredModel:
    """The model ``name``. Raises NotFound, also for one that ``user`` may not know of."""
    found: RegisteredModel | None = RegisteredModel.objects.visible_to(user).filter(name=name).first()
    if found is None:
        raise NotFound(
            "There is no model of this name that you may see. GET /api/v1/models/ lists them.",
            code="model.not_found",
            field="model",
        )
    return found
