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


_REFUSALS: Final = {
    "400": "The request cannot be used: an address, a parameter or a body that is not as described.",
    "401": "No credential that works.",
    "403": "The role, the credential's scopes or a grant is missing.",
    "404": "There is no such object, or the caller may not see it.",
    "409": "In conflict with the present state.",
    "413": "Too large.",
    "415": "A media type or a format that is not taken here.",
    "422": "Understood, and cannot be carried out.",
    "429": "Too many requests: `Retry-After` says when to go on.",
    "503": "Something that the portal needs is away. Nothing was stored.",
}
# What every operation may answer: any request can be malformed, one too many, or come while the database is away.
_ALWAYS: Final = {"400", "429", "503"}


class PortalSchema(AutoSchema):
    """Adds what no view has to say: the header that every POST takes, and how an operation refuses.

    The refusals follow from its shape; a view adds what is its own with `extend_schema`. A permission class may say
    that an operation asks for something more, by ``told(path, method)`` (`accounts.fresh_permission`).
    """

    refusal: tuple[type[serializers.Serializer], str] = (ProblemOut, CONTENT_TYPE)
    """How a refusal looks, and its media type."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        responses = operation["responses"]
        for status in self._refusals(operation):
            if status not in responses:
                description = _REFUSALS[status]
                if status == "401" and (more := self._asked_for()):
                    description = f"{description} {more}"
                shape, media_type = self.refusal
                answer = OpenApiResponse(shape, description=description)
                responses[status] = self._get_response_for_code(answer, status, [media_type], "response")
        operation["responses"] = dict(sorted(responses.items()))
        return operation

    def _refusals(self, operation: dict[str, Any]) -> set[str]:
        """Statuses of refusals that this operation may answer, by its shape."""
        found = set(_ALWAYS)
        if self.view.authentication_classes:
            found |= {"401", "403"}
        if _names_an_object(operation):
            found.add("404")
        if self.method not in {"GET", "HEAD"}:
            found.add("409")
            if "requestBody" in operation or self.method == "POST":
                found |= {"413", "415", "422"}
        elif any(kind != "application/json" for kind in _given(operation)):
            found.add("409")  # a file that is not there yet, or that is held back
        return found

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


def _names_an_object(operation: dict[str, Any]) -> bool:
    """In the path, in the body, in a parameter that may not be left out, or as a place in a list."""
    parameters = operation.get("parameters", ())
    named = any(one["in"] != "header" and (one.get("required") or one["name"] == "cursor") for one in parameters)
    return named or "requestBody" in operation


def _given(operation: dict[str, Any]) -> set[str]:
    """Media types of what an operation gives when it does not refuse."""
    fine = (answer for status, answer in operation["responses"].items() if str(status).startswith("2"))
    return {kind for answer in fine for kind in answer.get("content", {})}
