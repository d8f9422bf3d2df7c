"""Input that says nothing but what is asked for: a field too many is a mistake or an attempt, never passed over."""

from typing import Any

from rest_framework import serializers

from modelops.lib.errors import Invalid


class StrictSerializer(serializers.Serializer):
    """Refuses fields that it does not declare, such as an owner where none can be set."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if unknown:
            raise Invalid(
                f"{str(unknown[0])[:60]!r} cannot be set here. Fields: {', '.join(self.fields) or 'none'}.",
                code="request.unknown_field",
                field=str(unknown[0])[:60],
            )
        return super().to_internal_value(data)
