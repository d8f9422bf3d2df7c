"""What an administrator fills in. A value is never written back into a page, also not into a refused form."""

from django import forms

from modelops.lib.errors import DomainError


class SecretValueForm(forms.Form):
    """A value or a reference; which of them is right is the service's to say."""

    value = forms.CharField(
        label="Value",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"autocomplete": "off", "spellcheck": "false", "rows": 4}),
        help_text="Sealed when you save, and never shown again. Leave empty to give a reference instead.",
    )
    reference = forms.CharField(
        label="Reference",
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="Where the value is read on each use: env:PORTAL_SECRET_NAME, file:PATH or vault:MOUNT/PATH#FIELD.",
    )

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal of the service beside the field at fault."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))

    def without_value(self) -> "SecretValueForm":
        """The same form for the page that says what was wrong: everything but the value."""
        self.data = {**self.data.dict(), "value": ""}  # type: ignore[attr-defined]  # a QueryDict: the form was sent
        return self


class SecretForm(SecretValueForm):
    """A new secret."""

    name = forms.CharField(max_length=100, help_text="Letters, digits, dot, hyphen and underscore.")
    purpose = forms.CharField(label="What it is for", max_length=200)
    field_order = ["name", "purpose", "value", "reference"]
