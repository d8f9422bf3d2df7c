"""Forms of the key room."""

from collections.abc import Iterable
from typing import Any

from django import forms

from modelops.crypto.models import DEFAULT_MAX_AGE_DAYS
from modelops.crypto.purposes import Purpose
from modelops.crypto.states import Reason

from .models import Action


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.ChoiceField(choices=Reason.choices, initial=Reason.SCHEDULE)


class AskForm(ReasonForm):
    """What is asked for, and why."""

    action = forms.ChoiceField(choices=Action.choices)

    field_order = ("action", "reason")

    def __init__(self, *args: Any, actions: Iterable[Action] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if actions is not None:
            self.fields["action"].choices = [(action.value, action.label) for action in actions]  # type: ignore[attr-defined]


class MaxAgeForm(forms.Form):
    """How old a key may become."""

    max_age_days = forms.IntegerField(label="Maximum age in days")


class KeyForm(forms.Form):
    """A new key."""

    purpose = forms.TypedChoiceField(choices=Purpose.choices, coerce=Purpose)
    name = forms.CharField(max_length=100, help_text="Letters, digits, dot, hyphen, underscore; used once.")
    owner = forms.CharField(max_length=100, required=False, help_text="The team or role that answers for the key.")
    max_age_days = forms.IntegerField(label="Maximum age in days", initial=DEFAULT_MAX_AGE_DAYS)
