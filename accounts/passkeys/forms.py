"""Forms about passkeys."""

from django import forms

from .services import LONGEST_ANSWER


class PasskeyForm(forms.Form):
    """A new passkey: its name, and what the authenticator answered, which the script fills in."""

    name = forms.CharField(
        label="Name of the passkey",
        max_length=60,
        initial="This device",
        help_text="So that you know it again, for example “Work laptop” or “Key on my ring”.",
    )
    answer = forms.CharField(
        max_length=LONGEST_ANSWER,
        widget=forms.HiddenInput,
        error_messages={"required": "The browser made no passkey. Press the button, with scripts allowed."},
    )
