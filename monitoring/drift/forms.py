"""Forms of drift."""

from typing import Any

from django import forms

from dataquality.forms import VersionField
from monitoring.drift.evaluation import ALPHA, MINIMUM_EFFECT, Policy


class ThresholdsForm(forms.Form):
    """The two thresholds that a feature must pass."""

    minimum_effect = forms.FloatField(
        label="Smallest effect",
        min_value=0,
        max_value=1,
        initial=MINIMUM_EFFECT,
        help_text="From which gap D between the two distributions on a difference counts as drift. A shift by a tenth "
        "of a standard deviation is a gap of 0.04.",
    )
    alpha = forms.FloatField(
        label="False discovery rate",
        min_value=1e-12,
        max_value=0.5,
        initial=ALPHA,
        help_text="The accepted share of false alarms among the features called drifted.",
    )


class DriftRunForm(ThresholdsForm):
    """Two dataset versions and the two thresholds."""

    reference = VersionField(label="Reference", help_text="What the model learned from, or what was known to be good.")
    current = VersionField(label="Current data", help_text="What the model meets now.")
    field_order = ("reference", "current")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("reference", "current"):
            self.fields[name].offer_to(user, self.initial.get(name))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a version against itself where the person can still choose."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("reference") and data.get("reference") == data.get("current"):
            self.add_error("current", "This is the reference itself. Choose another version.")
        return data

    def policy(self) -> Policy:
        """The thresholds that were given."""
        return Policy(self.cleaned_data["alpha"], self.cleaned_data["minimum_effect"])
