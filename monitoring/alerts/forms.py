"""The form of a channel, made from what its kind declares."""

from typing import Any

from django import forms

from modelops.lib.errors import DomainError
from monitoring.models.alerts import Severity

from . import services
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

    is_direct = forms.BooleanField(
        label="Gets alerts by itself", required=False, initial=True, help_text="Off: only what an escalation sends."
    )
    repeat_minutes = forms.IntegerField(
        label="Repeat after minutes", required=False, min_value=1, max_value=10_080, help_text="Empty: never."
    )
    digest_s = forms.TypedChoiceField(
        label="Gather",
        choices=(("", "Each alert at once"), (3600, "Hourly digest"), (86_400, "Daily digest")),
        coerce=int,
        empty_value=None,
        required=False,
        help_text="What is as severe as said below comes at once in any case.",
    )
    quiet_from = forms.TimeField(label="Quiet from", required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    quiet_until = forms.TimeField(label="Quiet until", required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    quiet_weekends = forms.BooleanField(label="Weekends are quiet", required=False)
    quiet_below = forms.ChoiceField(
        label="In quiet hours from severity", choices=Severity.choices, initial=Severity.CRITICAL, required=False
    )
    timezone = forms.CharField(label="Time zone", max_length=64, initial="UTC", required=False)

    def hours(self) -> services.Hours:
        """When the channel may be used, and how often."""
        data = self.cleaned_data
        minutes = data.get("repeat_minutes")
        return services.Hours(
            is_direct=data["is_direct"],
            repeat_s=60 * minutes if minutes else None,
            digest_s=data.get("digest_s"),
            quiet_from=data.get("quiet_from"),
            quiet_until=data.get("quiet_until"),
            quiet_weekends=data["quiet_weekends"],
            quiet_below=data.get("quiet_below") or Severity.CRITICAL.value,
            timezone=data.get("timezone") or "UTC",
        )

    def __init__(self, kind: type[Channel], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        own = {one.name: form_field(one) for one in kind.fields}
        first = {name: self.fields.pop(name) for name in ("name", "minimum_severity")}
        self.fields = {**first, **own, **self.fields}
        if not kind.takes_digests:
            del self.fields["digest_s"]

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
