"""Forms of silences and escalation chains."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from modelops.lib.errors import DomainError
from monitoring.models.alerts import AlertChannel, Severity

from .matching import FIELDS, OPERATORS

HOURS = ((1, "1 hour"), (4, "4 hours"), (24, "1 day"), (168, "1 week"), (720, "30 days"))
STEPS = 3


class RefusedBesideField(forms.Form):
    """Shows what a service refuses beside the field at fault."""

    def refuse(self, refusal: DomainError) -> None:
        """Add the refusal to its field, or to the whole form."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class SilenceForm(RefusedBesideField):
    """One matcher, an end and a reason; the API takes several matchers."""

    field = forms.ChoiceField(label="Alerts whose", choices=[(one, one.capitalize()) for one in FIELDS])
    op = forms.ChoiceField(label="Is", choices=[(one, one.replace("_", " ")) for one in OPERATORS], initial="like")
    value = forms.CharField(max_length=200, help_text="With like, * stands for any text and ? for one character.")
    hours = forms.TypedChoiceField(label="For", choices=HOURS, coerce=int, initial=4)
    reason = forms.CharField(max_length=200)
    while_key = forms.CharField(
        label="Only while an alert is open with the key",
        max_length=200,
        required=False,
        help_text="Leave empty to silence in any case; * and ? work here too.",
    )

    def given(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        worse = [{"field": "key", "op": "like", "value": data["while_key"]}] if data["while_key"] else []
        return {
            "reason": data["reason"],
            "matchers": [{"field": data["field"], "op": data["op"], "value": data["value"]}],
            "while_matchers": worse,
            "ends_at": timezone.now() + timedelta(hours=data["hours"]),
        }


class ChainForm(RefusedBesideField):
    """Up to three steps; the API takes ten."""

    name = forms.CharField(max_length=100, help_text="Letters, digits, dot, hyphen and underscore.")
    minimum_severity = forms.ChoiceField(
        label="From severity", choices=Severity.choices, initial=Severity.HIGH, help_text="Milder alerts wait."
    )

    def __init__(self, channels: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, STEPS + 1):
            first = number == 1
            self.fields[f"channel_{number}"] = forms.ModelChoiceField(
                channels, label=f"Step {number}: tell", required=first, empty_label="nobody"
            )
            self.fields[f"minutes_{number}"] = forms.IntegerField(
                label="After minutes", min_value=1, max_value=10_080, required=first, initial=15 * number
            )

    def steps(self) -> list[tuple[AlertChannel, int]]:
        """Channels with the seconds after which each is told."""
        data = self.cleaned_data
        found = ((data.get(f"channel_{number}"), data.get(f"minutes_{number}")) for number in range(1, STEPS + 1))
        return [(channel, 60 * minutes) for channel, minutes in found if channel is not None and minutes]
