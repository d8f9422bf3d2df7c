"""Forms of data sources and imports."""

import json
from typing import Any

from django import forms
from django.contrib.auth.models import Group

from modelops.secret_store.models import StoredSecret
from registry.locations.choose import stores
from registry.locations.options import known_options

from .models import DataSource


class SourceChangeForm(forms.Form):
    """What may change of a source."""

    options = forms.JSONField(widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}))
    secret = forms.ModelChoiceField(
        StoredSecret.objects.all(), required=False, help_text="Credentials that may read and list; a folder needs none."
    )
    roles = forms.ModelMultipleChoiceField(
        Group.objects.order_by("name"), required=False, help_text="Who may read there. Without any, nobody may."
    )
    is_enabled = forms.BooleanField(label="Enabled", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = (f"{kind}: {', '.join(known_options(kind))}" for kind, _ in stores.items())
        self.fields["options"].help_text = f"A JSON object. {'; '.join(kinds)}. The required ones stand first."

    @staticmethod
    def typed(source: DataSource) -> dict[str, Any]:
        """What somebody would have typed for a row."""
        return {
            "options": source.options,
            "secret": source.secret,
            "roles": source.roles.all(),
            "is_enabled": source.is_enabled,
        }


class SourceForm(SourceChangeForm):
    """A new source."""

    name = forms.CharField(max_length=40, help_text="Letters, digits, dot, hyphen and underscore.")
    kind = forms.ChoiceField(choices=[])
    field_order = ["name", "kind", "options", "secret", "roles"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_enabled"]
        self.fields["kind"].choices = [(key, kind.label) for key, kind in stores.items()]  # type: ignore[attr-defined]
        if not self.is_bound:
            self.initial["options"] = json.loads('{"bucket": "", "region": "", "prefix": ""}')


class ImportForm(forms.Form):
    """Which object becomes the next version."""

    source = forms.ModelChoiceField(DataSource.objects.none(), to_field_name="name", empty_label="Choose a source")
    key = forms.CharField(
        max_length=1024,
        strip=False,
        label="Object",
        help_text="Its key below the prefix of the source: <code>2013/flights.parquet</code>",
        widget=forms.TextInput(attrs={"class": "mono", "spellcheck": "false", "autocomplete": "off"}),
    )
    tag = forms.CharField(required=False, widget=forms.HiddenInput)
    sha256 = forms.RegexField(
        r"^[0-9a-fA-F]{64}$",
        required=False,
        label="SHA-256",
        help_text="Of the object, where its owner tells it: anything else is refused.",
        error_messages={"invalid": "64 hexadecimal digits."},
        widget=forms.TextInput(attrs={"class": "mono", "spellcheck": "false", "autocomplete": "off"}),
    )
    subject_column = forms.CharField(
        required=False,
        max_length=255,
        label="Column that names people",
        help_text="An address or your own reference of a person, so that they can be found and erased.",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = DataSource.objects.readable_by(user)  # type: ignore[attr-defined]
