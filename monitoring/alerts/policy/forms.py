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
_SAID = "field, comparison and value, as: severity at_least high"


class ConditionsField(forms.CharField):
    """Matchers as lines of text; what each of them may say is checked by the service."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"})
        super().__init__(widget=widget, required=False, max_length=4000, **kwargs)

    def clean(self, value: Any) -> list[dict[str, str]]:
        """One matcher for each line."""
        found = []
        for line in super().clean(value).splitlines():
            if not line.strip():
                continue
            parts = line.split(None, 2)
            if len(parts) < len(("field", "op", "value")):
                raise forms.ValidationError(f"“{line.strip()[:80]}” is no condition; a line has {_SAID}.")
            found.append({"field": parts[0], "op": parts[1], "value": parts[2].strip()})
        return found


class RefusedBesideField(forms.Form):
    """Shows what a service refuses beside the field at fault."""

    def refuse(self, refusal: DomainError) -> None:
        """Add the refusal to its field, or to the whole form."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class SilenceForm(RefusedBesideField):
    """Conditions that must all hold, an end and a reason."""

    field = forms.ChoiceField(label="Alerts whose", choices=[(one, one.capitalize()) for one in FIELDS])
    op = forms.ChoiceField(label="Is", choices=[(one, one.replace("_", " ")) for one in OPERATORS], initial="like")
    value = forms.CharField(max_length=200, help_text="With like, * stands for any text and ? for one character.")
    more = ConditionsField(
        label="And also",
        help_text=f"Further conditions, one a line: {_SAID}. Fields: {', '.join(FIELDS)}.",
    )
    hours = forms.TypedChoiceField(label="For", choices=HOURS, coerce=int, initial=4)
    reason = forms.CharField(max_length=200)
    while_key = forms.CharField(
        label="Only while an alert is open with the key",
        max_length=200,
        required=False,
        help_text="Leave empty to silence in any case; * and ? work here too.",
    )
    while_more = ConditionsField(label="And that alert also", help_text="Further conditions upon it, one a line.")

    def given(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        worse = [{"field": "key", "op": "like", "value": data["while_key"]}] if data["while_key"] else []
        worse += data["while_more"]
        return {
            "reason": data["reason"],
            "matchers": [{"field": data["field"], "op": data["op"], "value": data["value"]}, *data["more"]],
            "while_matchers": worse,
            "ends_at": timezone.now() + timedelta(hours=data["hours"]),
        }


class ChainForm(RefusedBesideField):
    """Three steps to choose, and further ones as lines: a channel and its minutes."""

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
        self.fields["more_steps"] = forms.CharField(
            label="Further steps",
            required=False,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
            help_text="One a line, channel and minutes, as: night-team 90. A chain has up to ten steps.",
        )
        self.fields["matchers"] = ConditionsField(
            label="Only alerts with", help_text=f"Conditions, one a line: {_SAID}. Empty: all alerts."
        )
        self._channels = channels

    def steps(self) -> list[tuple[AlertChannel, int]]:
        """Channels with the seconds after which each is told."""
        data = self.cleaned_data
        found = ((data.get(f"channel_{number}"), data.get(f"minutes_{number}")) for number in range(1, STEPS + 1))
        chosen = [(channel, 60 * minutes) for channel, minutes in found if channel is not None and minutes]
        return chosen + data["more_steps"]

    def clean_more_steps(self) -> list[tuple[AlertChannel, int]]:
        """The channels behind the names, with seconds."""
        lines = [line.split() for line in self.cleaned_data["more_steps"].splitlines() if line.strip()]
        named = {one.name: one for one in self._channels.filter(name__in=[line[0] for line in lines])}
        for line in lines:
            if len(line) != len(("channel", "minutes")) or line[0] not in named or not line[1].isdecimal():
                raise forms.ValidationError(f"“{' '.join(line)[:80]}” names no channel that is on and its minutes.")
        return [(named[name], 60 * int(minutes[:6])) for name, minutes in lines]
