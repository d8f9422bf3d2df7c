"""The form of a card: one field for each of the table, those that the risk class asks for marked."""

import json
from typing import Any

from django import forms

from modelops.lib.errors import Invalid
from registry.models import RiskClass

from .contents import LONGEST_LINE, LONGEST_TEXT, groups_from_lines, lines_of_groups
from .fields import FIELDS, Field, required_fields

_GROUPS_LENGTH = 20_000


class CardForm(forms.Form):
    """A whole card. Nothing is mandatory to save: what is missing is told, and counts at promotion."""

    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, risk_class: str, content: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = RiskClass.MINIMAL if risk_class == RiskClass.UNCLASSIFIED else risk_class
        required = {field.key for field in required_fields(asked)}
        for field in FIELDS:
            made = _form_field(field)
            made.label = f"{field.label} (asked for)" if field.key in required else field.label
            said = (content or {}).get(field.key)
            made.initial = lines_of_groups(said) if field.kind == "groups" and said else said
            self.fields[field.key] = made

    def clean_metrics_by_group(self) -> list[dict[str, Any]]:
        try:
            return groups_from_lines(self.cleaned_data["metrics_by_group"])
        except Invalid as error:
            raise forms.ValidationError(error.message, code=error.code) from None

    @property
    def content(self) -> dict[str, Any]:
        """What the service takes."""
        return {field.key: self.cleaned_data.get(field.key) for field in FIELDS}


class ExplanationForm(forms.Form):
    """An explanation as a text of JSON."""

    explanation = forms.CharField(
        max_length=200_000,
        label="Explanation",
        widget=forms.Textarea(attrs={"rows": 5, "class": "mono", "spellcheck": "false"}),
        help_text='How much each feature counts: <code>{"method": "SHAP", "features": [{"name": "distance", '
        '"value": 0.21}]}</code>',
    )

    def clean_explanation(self) -> Any:
        try:
            return json.loads(self.cleaned_data["explanation"])
        except (ValueError, RecursionError):
            raise forms.ValidationError("This is no valid JSON.", code="explanation.invalid") from None


def _form_field(field: Field) -> forms.CharField:
    if field.kind == "line":
        return forms.CharField(required=False, max_length=LONGEST_LINE, help_text=field.help)
    longest = _GROUPS_LENGTH if field.kind == "groups" else LONGEST_TEXT
    css = {"class": "mono", "spellcheck": "false"} if field.kind == "groups" else {}
    return forms.CharField(
        required=False,
        max_length=longest,
        help_text=field.help,
        widget=forms.Textarea(attrs={"rows": 3, **css}),
    )
