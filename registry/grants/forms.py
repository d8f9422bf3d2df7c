"""Forms of the access page. They check shapes; services decide."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth.models import Group

from .models import Level, Use


class AccessForm(forms.Form):
    """The two switches of a model."""

    is_restricted = forms.BooleanField(
        required=False, label="Restricted", help_text="Only the owner and who is named see it, everywhere."
    )
    needs_step_up = forms.BooleanField(
        required=False,
        label="Ask for a fresh second factor",
        help_text="Files, parameters and this page need a code that is not older than five minutes. API keys are "
        "refused, unless one was made with the scope <code>registry.bypass_step_up</code>.",
    )


class DatasetAccessForm(AccessForm):
    """The switch of a dataset."""

    needs_step_up = None


class GrantForm(forms.Form):
    """Who gets access."""

    user = forms.CharField(
        required=False, max_length=150, label="Account", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    group = forms.ModelChoiceField(
        Group.objects.none(), required=False, label="Or everybody with the role", empty_label="–", to_field_name="name"
    )
    level = forms.ChoiceField(
        choices=Level.choices,
        label="May",
        help_text="Opening files is given also to a role that does not bring it; changing is not.",
    )
    actions = forms.MultipleChoiceField(
        choices=Use.choices, required=False, widget=forms.CheckboxSelectMultiple, label="Where it is deployed"
    )
    until = forms.DateField(
        required=False,
        label="Until the end of",
        help_text="Empty: until you take it away.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, is_model: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_model:
            del self.fields["actions"]
        self.fields["group"].queryset = Group.objects.order_by("name")  # type: ignore[attr-defined]

    @property
    def expires_at(self) -> dt.datetime | None:
        """The end of the chosen day (UTC)."""
        day = self.cleaned_data["until"]
        return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC) if day else None


class CodeForm(forms.Form):
    """An access code of one's own choice, or one to enter."""

    code = forms.CharField(
        label="Access code",
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
