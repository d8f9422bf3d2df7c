"""The form of a rule, made from what its kind of series declares."""

from typing import Any

from django import forms

from modelops.lib.errors import DomainError
from monitoring.alerts.forms import form_field
from monitoring.models.alert_rules import Operator
from monitoring.models.alerts import Severity

from .services import RuleSettings
from .sources import SeriesSource

_PARAM = "params_"


class RuleForm(forms.Form):
    """Name, series, limits and words of one rule."""

    name = forms.CharField(max_length=100, help_text="Letters, digits, dot, hyphen and underscore.")
    operator = forms.ChoiceField(label="Trouble when the value is", choices=Operator.choices, initial=Operator.BELOW)
    threshold = forms.FloatField()
    recovery = forms.FloatField(
        required=False, help_text="The alert ends once the value is back on this side; leave empty for the threshold."
    )
    for_points = forms.IntegerField(
        label="For values in a row", initial=1, min_value=1, max_value=1000, help_text="So many must break it."
    )
    for_s = forms.IntegerField(label="For seconds", initial=0, min_value=0, help_text="And for at least this long.")
    missing_after_s = forms.IntegerField(
        label="Missing after seconds", required=False, min_value=1, help_text="No value for so long is trouble too."
    )
    severity = forms.ChoiceField(choices=Severity.choices, initial=Severity.MEDIUM)
    message = forms.CharField(
        max_length=500,
        required=False,
        help_text="May hold {value} and {threshold}.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    runbook_url = forms.CharField(label="Runbook", max_length=500, required=False, help_text="What to do about it.")

    def __init__(self, kind: type[SeriesSource], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        own = {f"{_PARAM}{one.name}": form_field(one) for one in kind.fields}
        self.fields = {"name": self.fields.pop("name"), **own, **self.fields}

    def settings(self, key: str) -> RuleSettings:
        """The rule that was given."""
        data = self.cleaned_data
        params = {one.name: data[f"{_PARAM}{one.name}"] for one in self.kind.fields if data.get(f"{_PARAM}{one.name}")}
        rest = {name: data[name] for name in RuleSettings.__dataclass_fields__ if name in data}
        return RuleSettings(series=key, params=params, **rest)

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal of the service beside the field at fault."""
        name = (refusal.field or "").replace("params.", _PARAM)
        self.add_error(name if name in self.fields else None, str(refusal))
