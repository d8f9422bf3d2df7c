"""What a person fills in to move an alias."""

from django import forms


class AliasForm(forms.Form):
    """On the page of a version."""

    alias = forms.CharField(
        max_length=100,
        initial="candidate",
        help_text="Such as candidate. A protected one, such as production, leads to its promotion.",
    )


class AliasOfModelForm(AliasForm):
    """In the admin, where the version is named too."""

    model = forms.CharField(max_length=100, help_text="The name of the model.")
    version = forms.IntegerField(min_value=1)
    field_order = ["model", "version", "alias"]


class AtForm(forms.Form):
    """On the page of an alias's history."""

    at = forms.CharField(
        required=False,
        label="Date",
        max_length=40,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="What it pointed at when this day ended (UTC).",
    )
