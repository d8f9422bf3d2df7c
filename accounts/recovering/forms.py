"""Forms of recovery. They check shapes; services decide."""

from django import forms

from accounts.forms import NewPasswordForm


class ForgottenForm(forms.Form):
    """Whose password is forgotten."""

    name = forms.CharField(
        label="Name or e-mail address",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class ResetForm(NewPasswordForm):
    """A new password, and the second factor of the account."""

    code = forms.CharField(
        label="Code of your app, or a recovery code",
        max_length=30,
        help_text="The link alone is not enough: it shows only that you read the mail.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )

    def __init__(self, *args: object, with_code: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if not with_code:
            del self.fields["code"]


class AddressForm(forms.Form):
    """Another e-mail address, or the present one again."""

    address = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="A link goes there. The address counts once you have opened it.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
