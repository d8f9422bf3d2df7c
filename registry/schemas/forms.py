"""A page of columns and what is said of the table, as forms."""

from __future__ import annotations

from typing import Any

from django import forms

from .vocabulary import DATA_CLASSES, ORDERED, PERSONAL, TYPES

SHOWN = 50  # columns on one page


class ColumnForm(forms.Form):
    """One column; its name is that of the data and cannot be changed."""

    name = forms.CharField(widget=forms.HiddenInput, max_length=255, strip=False)
    type = forms.ChoiceField(choices=list(TYPES.items()))
    nullable = forms.BooleanField(required=False)
    unit = forms.CharField(required=False, max_length=40)
    min = forms.CharField(required=False, max_length=40)
    max = forms.CharField(required=False, max_length=40)
    categories = forms.CharField(required=False, max_length=20_000)
    personal = forms.ChoiceField(choices=list(PERSONAL.items()))

    _LABELS = {
        "type": "Type of {}", "nullable": "{} may be empty", "unit": "Unit of {}", "min": "Least value of {}",
        "max": "Greatest value of {}", "categories": "Categories of {}, separated by commas",
        "personal": "What {} says about people",
    }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self["name"].value() or ""
        for field, label in self._LABELS.items():
            self.fields[field].widget.attrs["aria-label"] = label.format(name)
        for field in ("unit", "min", "max"):
            self.fields[field].widget.attrs["size"] = 8

    def said(self) -> dict[str, Any]:
        """The column as a schema has it; whoever saves the page has confirmed it."""
        told = dict(self.cleaned_data)
        for which in ("min", "max"):
            told[which] = _bound(told[which], told["type"])
        told["categories"] = [part.strip() for part in told["categories"].split(",") if part.strip()]
        return {**told, "confirmed": True}


class TableForm(forms.Form):
    """What is said of the table as a whole."""

    data_class = forms.ChoiceField(
        label="Data class", choices=list(DATA_CLASSES.items()), help_text="Decides how long versions are kept."
    )
    time_column = forms.CharField(
        label="Time column", required=False, max_length=255, help_text="The column that says when a row happened."
    )
    keys = forms.CharField(
        label="Keys", required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Columns whose values together occur once: separated by commas, a key on each line.",
    )  # fmt: skip
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def said(self) -> dict[str, Any]:
        """As `write_schema` takes it."""
        lines = self.cleaned_data["keys"].splitlines()
        keys = [[part.strip() for part in line.split(",") if part.strip()] for line in lines if line.strip(" ,")]
        return {
            "data_class": self.cleaned_data["data_class"],
            "time_column": self.cleaned_data["time_column"],
            "keys": keys,
            "replaces": self.cleaned_data["number"],
        }


ColumnForms = forms.formset_factory(ColumnForm, extra=0, max_num=SHOWN, absolute_max=SHOWN, validate_max=True)


def column_initial(column: dict[str, Any]) -> dict[str, Any]:
    """What the form of a column begins with."""
    told = {name: column[name] for name in ("name", "type", "nullable", "unit", "min", "max", "personal")}
    return {**told, "categories": ", ".join(column["categories"])}


def _bound(text: str, kind: str) -> Any:
    """A bound as a schema has it; what is no number stays text, which is refused with its place."""
    if not text or kind == "date" or kind not in ORDERED:
        return text or None
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text
