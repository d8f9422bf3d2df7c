"""How the OpenAPI document describes what all resources have in common."""

from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from .idempotency import HEADER, IdempotentPost
from .problems import CONTENT_TYPE

_IDEMPOTENCY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="A new UUID for each new request. The same request again within 24 hours gets the first answer again, "
    "with `Idempotent-Replayed: true`; another request under the key is refused (422 idempotency.mismatch), and so is "
    "a second one while the first is under way (409 idempotency.in_progress).",
)


class FaultOut(serializers.Serializer):
    field = serializers.CharField(allow_null=True, help_text="Path of the field at fault; null for all together.")
    message = serializers.CharField()


class ProblemOut(serializers.Serializer):
    """RFC 9457. A refusal may have more members, which its description names."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable and for programs: a noun, a dot and a reason.")
    detail = serializers.CharField(help_text="What happened, what is expected and what to do.")
    request_id = serializers.CharField()
    errors = FaultOut(many=True, required=False)


_ALWAYS: Final = {
    "400": "The request cannot be used: an address, a parameter or a body that is not as described.",
    "401": "No credential that works.",
    "403": "The role, the credential's scopes or a grant is missing.",
    "404": "There is no such object or page, or the caller may not see it.",
    "409": "In conflict with the present state.",
    "429": "Too many requests: `Retry-After` says when to go on.",
    "503": "Something that the portal needs is away. Nothing was stored.",
}
_OF_WRITING: Final = {
    "413": "Too large.",
    "415": "A media type or a format that is not taken here.",
    "422": "Understood, and cannot be carried out.",
}


class PortalSchema(AutoSchema):
    """Adds what no view has to say: the header that every POST takes, and how every operation refuses.

    A permission class may say that an operation asks for something more, by ``told(path, method)``
    (`accounts.fresh_permission`).
    """

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        refusals = _ALWAYS if self.method in {"GET", "HEAD"} else _ALWAYS | _OF_WRITING
        for status, description in refusals.items():
            if status not in bodies:
                more = self._asked_for() if status == "401" else ""
                answer = OpenApiResponse(ProblemOut, description=f"{description} {more}".strip())
                bodies[status] = self._get_response_for_code(answer, status, [CONTENT_TYPE], direction)
        return dict(sorted(bodies.items()))

    def _asked_for(self) -> str:
        for permission in getattr(self.view, "permission_classes", ()):
            if (told := getattr(permission, "told", None)) and (more := told(self.path, self.method)):
                return str(more)
        return ""

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        if self.method == "POST" and IdempotentPost in getattr(self.view, "permission_classes", ()):
            parameters.append(_IDEMPOTENCY)
        return parameters
