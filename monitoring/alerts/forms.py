"""The form of a channel, made from what its kind declares."""

from typing import Any

from django import forms

from modelops.lib.errors import DomainError
from monitoring.models.alerts import Severity

from .channels import Channel, Field

WIDGETS: dict[str, type[forms.Widget]] = {"integer": forms.NumberInput, "address": forms.EmailInput}


class ChannelForm(forms.Form):
    """Name, severity and the settings of one kind. A secret is never written back into the page."""

    name = forms.CharField(max_length=100, help_text="Letters, digits, dot, hyphen and underscore.")
    minimum_severity = forms.ChoiceField(
        label="Send from severity",
        choices=Severity.choices,
        initial=Severity.MEDIUM,
        help_text="Milder alerts stay in the inbox.",
    )

    def __init__(self, kind: type[Channel], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for one in kind.fields:
            self.fields[one.name] = form_field(one)

    def config(self) -> dict[str, Any]:
        """The settings that were given."""
        return {one.name: self.cleaned_data[one.name] for one in self.kind.fields if self.cleaned_data.get(one.name)}

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal of the service beside the field at fault."""
        name = (refusal.field or "").removeprefix("config.")
        self.add_error(name if name in self.fields else None, str(refusal))


def form_field(one: Field) -> forms.Field:
    """A form field for one declared setting; what it must hold is checked by the service alone, for API and portal."""
    shared: dict[str, Any] = {
        "label": one.label,
        "help_text": one.help,
        "required": one.required,
        "initial": one.default,
    }
    if one.kind == "choice":
        return forms.ChoiceField(choices=one.choices, **shared)
    if one.secret:
        widget: forms.Widget = forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False)
    else:
        widget = WIDGETS.get(one.kind, forms.TextInput)(attrs={"autocomplete": "off"})
    return forms.CharField(widget=widget, strip=True, **shared)
