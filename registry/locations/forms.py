"""What an administrator fills in for a location."""

import json
from typing import Any

from django import forms

from modelops.lib.errors import DomainError
from modelops.secret_store.models import StoredSecret

from .choose import stores
from .options import known_options


def _options_help() -> str:
    kinds = (f"{kind}: {', '.join(known_options(kind))}" for kind in stores.keys())  # noqa: SIM118  a method of Plugins
    return f"A JSON object. {'; '.join(kinds)}. The required ones stand first. No credentials."


class LocationChangeForm(forms.Form):
    """What may change: files lie in the place that the options name, so most of them stay."""

    options = forms.JSONField(label="Options", widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}))
    secret = forms.ModelChoiceField(
        StoredSecret.objects.all(),
        label="Secret",
        required=False,
        help_text="Where the credentials of a bucket are; a folder needs none.",
    )
    lock_days = forms.IntegerField(
        label="Lock in days",
        min_value=0,
        initial=0,
        help_text="For so many days after it was stored, no file can be deleted through the portal. It only grows.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["options"].help_text = _options_help()

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal of the service beside the field at fault."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class LocationForm(LocationChangeForm):
    """A new location."""

    name = forms.CharField(max_length=40, help_text="Letters, digits, dot, hyphen and underscore.")
    kind = forms.ChoiceField(choices=[])
    field_order = ["name", "kind", "options", "secret", "lock_days"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(key, kind.label) for key, kind in stores.items()]  # type: ignore[attr-defined]
        if not self.is_bound:
            self.initial["options"] = json.loads('{"bucket": "", "region": ""}')
