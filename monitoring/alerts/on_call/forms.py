"""Forms of rotas."""

from typing import Any

from django import forms

from accounts.models import User
from monitoring.alerts.policy.forms import RefusedBesideField

from .services import candidates, may_be_on_call

_MOMENT = "%Y-%m-%dT%H:%M"


class RotaForm(RefusedBesideField):
    """A rota: its people in the order of the lines."""

    name = forms.CharField(max_length=100, help_text="Letters, digits, dot, hyphen and underscore.")
    people = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}), help_text="User names, one a line, in the order of their turns."
    )
    starts_on = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    hands_over_at = forms.TimeField(
        label="Hands over at", initial="09:00", widget=forms.TimeInput(attrs={"type": "time"})
    )
    timezone = forms.CharField(label="Time zone", max_length=64, initial="UTC")

    def clean_people(self) -> list[User]:
        """The accounts behind the names."""
        names = [line.strip() for line in self.cleaned_data["people"].splitlines() if line.strip()][:50]
        found = {one.username: one for one in User.objects.filter(username__in=names)}
        for name in names:
            if name not in found or not may_be_on_call(found[name]):
                raise forms.ValidationError(f"{name} is nobody who may change alerts.")
        return [found[name] for name in names]


class CoverForm(RefusedBesideField):
    """Who stands in, and when."""

    user = forms.ModelChoiceField(User.objects.none(), label="On call instead", empty_label=None)
    starts_at = forms.DateTimeField(
        label="From (UTC)", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)
    )
    ends_at = forms.DateTimeField(
        label="Until (UTC)", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        field.queryset = candidates()
