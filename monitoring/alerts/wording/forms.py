"""The form of a channel's own texts."""

from collections.abc import Mapping
from typing import Any

from django import forms

from modelops.lib.errors import Invalid
from monitoring.alerts.channels import Channel

from .texts import LONGEST, OCCASIONS, checked_text

_LABELS = {"title": "Title", "body": "Text"}


class TextsForm(forms.Form):
    """A title and a text for each occasion, as far as the kind of channel takes them."""

    def __init__(self, kind: type[Channel], texts: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self._places = {f"{occasion}_{part}": (occasion, part) for occasion in OCCASIONS for part in kind.takes_texts}
        for name, (occasion, part) in self._places.items():
            rows = 5 if part == "body" else 0
            attrs: dict[str, Any] = {"maxlength": LONGEST[part], "spellcheck": "false"}
            self.fields[name] = forms.CharField(
                label=_LABELS[part],
                required=False,
                initial=texts.get(occasion, {}).get(part, ""),
                widget=forms.Textarea(attrs={**attrs, "rows": rows}) if rows else forms.TextInput(attrs=attrs),
            )

    def clean(self) -> dict[str, Any]:
        """Refuse each text that cannot be sent, beside its field."""
        for name, (occasion, part) in self._places.items():
            try:
                checked_text(self.kind, occasion, part, self.cleaned_data.get(name, ""))
            except Invalid as refusal:
                self.add_error(name, str(refusal))
        return self.cleaned_data

    def texts(self) -> dict[str, dict[str, str]]:
        """The texts as they were given, or stand there; also those that are refused, for the preview to mark."""
        found: dict[str, dict[str, str]] = {occasion: {} for occasion in OCCASIONS}
        for name, (occasion, part) in self._places.items():
            found[occasion][part] = str(self[name].value() or "").replace("\r\n", "\n")
        return found

    def occasions(self) -> list[dict[str, Any]]:
        """The fields by occasion, for the page."""
        return [
            {
                "name": occasion.capitalize(),
                "words": words,
                "fields": [self[name] for name, place in self._places.items() if place[0] == occasion],
            }
            for occasion, words in OCCASIONS.items()
        ]
