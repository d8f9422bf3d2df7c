"""How the OpenAPI document describes what all resources have in common."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from .idempotency import HEADER, IdempotentPost

_IDEMPOTENCY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="A new UUID for each new request. The same request again within 24 hours gets the first answer again, "
    "with `Idempotent-Replayed: true`; another request under the key is refused (422 idempotency.mismatch), and so is "
    "a second one while the first is under way (409 idempotency.in_progress).",
)


class PortalSchema(AutoSchema):
    """Adds the header that every POST takes."""

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        if self.method == "POST" and IdempotentPost in getattr(self.view, "permission_classes", ()):
            parameters.append(_IDEMPOTENCY)
        return parameters
