"""What a person fills in to move an alias."""

from django import forms


class AliasForm(forms.Form):
    """On the page of a version."""

    alias = forms.CharField(max_length=100, initial="production", help_text="Such as production or candidate.")


class AliasOfModelForm(AliasForm):
    """In the admin, where the version is named too."""

    model = forms.CharField(max_length=100, help_text="The name of the model.")
    version = forms.IntegerField(min_value=1)
    field_order = ["model", "version", "alias"]
