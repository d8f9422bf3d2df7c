"""What an administrator fills in for a new stream."""

from typing import Any

from django import forms

from ..vocabulary.rendering import LABELS
from .models import MOST_ROWS
from .sinks import Sink


class ReceiverForm(forms.Form):
    """The settings that all kinds have, and those of one kind after them."""

    name = forms.CharField(max_length=60, help_text="Letters, digits, dot, hyphen and underscore.")
    form = forms.ChoiceField(label="Format", choices=list(LABELS.items()))
    start = forms.ChoiceField(
        label="Begin",
        choices=[("beginning", "with the first row there is"), ("now", "with the next row that comes")],
    )
    batch_rows = forms.IntegerField(label="Rows in a batch", min_value=1, max_value=MOST_ROWS, initial=500)

    def __init__(self, kind: type[Sink], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in kind.fields:
            widget = forms.PasswordInput(attrs={"autocomplete": "off"}) if one.is_secret else forms.TextInput()
            self.fields[one.name] = forms.CharField(
                label=one.label,
                help_text=one.help,
                required=one.is_required,
                initial=one.default,
                max_length=one.most,
                widget=widget,
            )
