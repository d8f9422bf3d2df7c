"""Forms of the pages about other registries and platforms."""

import datetime as dt
import json
from typing import Any

from django import forms

from .models import Subject


class RecordForm(forms.Form):
    """A document of another registry, pasted."""

    model_package = forms.CharField(
        label="Model package", widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}), max_length=256 * 1024,
        help_text="What aws sagemaker describe-model-package prints.",
    )  # fmt: skip
    resource_policy = forms.CharField(
        label="Resource policy", widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}), required=False,
        max_length=256 * 1024, help_text="ResourcePolicy of get-model-package-group-policy: who can approve there.",
    )  # fmt: skip

    def clean_model_package(self) -> Any:
        return _read(self.cleaned_data["model_package"])

    def clean_resource_policy(self) -> Any:
        text = self.cleaned_data["resource_policy"].strip()
        return _read(text) if text else None


class AttestationForm(forms.Form):
    """What somebody attests of a platform."""

    subject = forms.ChoiceField(label="What", choices=[("", "Choose what you looked at"), *Subject.choices])
    statement = forms.CharField(
        label="What was found", widget=forms.Textarea(attrs={"rows": 4}), max_length=2000,
        help_text="What was looked at, and what was found. No names of people.",
    )  # fmt: skip
    evidence_url = forms.CharField(label="Evidence", max_length=500, help_text="An https address; it is never fetched.")
    expires_on = forms.DateField(
        label="Holds until", widget=forms.DateInput(attrs={"type": "date"}), help_text="At most twelve months from now."
    )

    @property
    def expires_at(self) -> dt.datetime:
        """The beginning of the day that was chosen."""
        return dt.datetime.combine(self.cleaned_data["expires_on"], dt.time(), dt.UTC)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise forms.ValidationError("This is no JSON. Paste the whole output of the command.") from None
