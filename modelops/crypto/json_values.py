"""JSON in encrypted columns: one spelling when it is sealed, one form field when a person edits it."""

import json
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from modelops.lib.errors import Invalid


def json_text(value: Any, field: models.Field) -> str:
    """``value`` as compact JSON with sorted names. Raises Invalid for what JSON does not have: NaN and infinities."""
    try:
        return json.dumps(value, cls=DjangoJSONEncoder, separators=(",", ":"), sort_keys=True, allow_nan=False)
    except ValueError as error:
        raise Invalid(f"{field.name} cannot be written as JSON: {error}.", field=field.name) from None


class Scalar:
    """A number or a truth value. Django's serializers write those past the field, in clear; this they do not know."""

    def __init__(self, value: Any) -> None:
        self.value = value


class JSONFormField(forms.JSONField):
    """A JSON form field that knows a `Scalar`."""

    def prepare_value(self, value: Any) -> Any:
        return super().prepare_value(value.value if isinstance(value, Scalar) else value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(initial.value if isinstance(initial, Scalar) else initial, data)


class JSONValues(models.Field):
    """What JSON fields share, whatever seals them."""

    empty_strings_allowed = False

    def to_text(self, value: Any) -> str:
        """The JSON text that is sealed."""
        return json_text(value, self)

    def from_text(self, text: str) -> Any:
        """The value of an opened text."""
        return json.loads(text)

    def value_from_object(self, obj: models.Model) -> Any:
        value = super().value_from_object(obj)
        return Scalar(value) if isinstance(value, int | float) else value

    def formfield(self, **kwargs: Any) -> Any:
        return models.Field.formfield(self, **{"form_class": JSONFormField, **kwargs})
