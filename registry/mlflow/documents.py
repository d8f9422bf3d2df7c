"""How the OpenAPI document describes calls of MLflow's protocol."""

from typing import Any, Final

from rest_framework import serializers

from modelops.rest.schema import PortalSchema


class MlflowRefusalOut(serializers.Serializer):
    """How every call below /mlflow refuses."""

    error_code = serializers.CharField(help_text="MLflow's name of the refusal, by which its client decides.")
    message = serializers.CharField(help_text="What happened, what is expected and what to do.")
    code = serializers.CharField(help_text="The portal's own stable name: a noun, a dot and a reason.")
    challenge_url = serializers.CharField(required=False, help_text="Where a person confirms what was asked for.")


_TOLD_AS: Final = (MlflowRefusalOut, "application/json")


class WireSchema(PortalSchema):
    """As everywhere, with refusals in the shape of the protocol."""

    refusal = _TOLD_AS

    def _refusals(self, operation: dict[str, Any]) -> set[str]:
        return super()._refusals(operation) - {"415", "422"}
