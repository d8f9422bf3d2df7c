"""What the officer fills in."""

from typing import Any

from django import forms
from django.utils import timezone

from .models import Kind, Regime
from .providers import Subject
from .reveal_reasons import RevealReason


class RevealForm(forms.Form):
    """Asks for the reason before a person is shown."""

    reason = forms.ChoiceField(choices=[("", "Choose a reason"), *RevealReason.choices], label="Why do you look?")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="reveal", **kwargs)


class OpenRequestForm(forms.Form):
    """Intake of a request that came by letter, mail or telephone."""

    kind = forms.ChoiceField(choices=Kind.choices, label="What is asked for")
    regime = forms.ChoiceField(
        choices=Regime.choices, label="Law", help_text="GDPR: one month to answer. CCPA: 45 days."
    )
    email = forms.EmailField(
        label="E-mail address of the person",
        required=False,
        help_text="Stored encrypted. The person's data is found by it.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    ref = forms.CharField(
        label="Other reference",
        required=False,
        max_length=200,
        help_text="A username or customer number.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    received_on = forms.DateField(
        label="Received on",
        required=False,
        help_text="Leave empty for today. The clock runs from this day (UTC).",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean(self) -> dict[str, Any]:
        """One way of finding the person is needed, and a receipt that has happened."""
        data = super().clean() or {}
        if not self.errors and not data.get("email") and not data.get("ref"):
            self.add_error("email", "Give an e-mail address or another reference.")
        received_on = data.get("received_on")
        if received_on and received_on > timezone.now().date():
            self.add_error("received_on", "This day is still to come.")
        return data

    def subject(self) -> Subject:
        """The person of a valid form."""
        return Subject(email=self.cleaned_data["email"], ref=self.cleaned_data["ref"])


class NoteForm(forms.Form):
    """A short record of what was done, in the officer's words; kept encrypted."""

    note = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: str, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = label
        self.fields["note"].help_text = help_text
