"""Forms of drift monitors."""

import datetime as dt

from django import forms
from django.utils import timezone


class AcceptForm(forms.Form):
    """Drift of a feature that is known: why, and through which day nobody has to hear of it."""

    feature = forms.CharField(max_length=255, widget=forms.HiddenInput)
    why = forms.CharField(
        label="Why it is known", max_length=500, help_text="Stays on this page, with your account as owner."
    )
    until = forms.DateField(
        label="Through",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The last day, in UTC. Until then it counts again only when it grows by a quarter.",
    )

    def clean_until(self) -> dt.datetime:
        """The first moment after the day."""
        day: dt.date = self.cleaned_data["until"]
        return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=dt.UTC)

    @classmethod
    def of(cls, feature: str) -> "AcceptForm":
        """An empty form for one feature; a month ahead is proposed."""
        return cls(initial={"feature": feature, "until": timezone.now().date() + dt.timedelta(days=30)})
