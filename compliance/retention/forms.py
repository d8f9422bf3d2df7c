"""Forms of the retention pages."""

from django import forms

from .models import Action
from .services import CONFIRMATION


class ChangeForm(forms.Form):
    """What a policy is to become."""

    days = forms.IntegerField(min_value=1, label="Days", help_text="After these days the data is past its date.")
    action = forms.ChoiceField(choices=Action.choices, label="Action")
    archive_days = forms.IntegerField(
        min_value=1, required=False, label="Days in the archive", help_text="Only for the archive."
    )
    basis = forms.CharField(max_length=400, label="Legal basis", widget=forms.Textarea(attrs={"rows": 2}))
    lifts_hold = forms.BooleanField(required=False, label="Lift the legal hold")


class HoldForm(forms.Form):
    """Why the data of a class must stay."""

    reason = forms.CharField(max_length=300, label="Reason", help_text="The proceeding or request; no names.")


class RunForm(forms.Form):
    """A look, or a removal that is typed out."""

    execute = forms.BooleanField(
        required=False, label="Remove what is past its date", help_text="Without this nothing is removed."
    )
    confirmation = forms.CharField(
        required=False, label="Confirmation", help_text=f"Type {CONFIRMATION} to remove.", max_length=20
    )
