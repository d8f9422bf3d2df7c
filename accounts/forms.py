"""Forms of the account pages. They check shapes; services decide."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts

_CURRENT = {"autocomplete": "current-password"}
_NEW = {"autocomplete": "new-password"}


class SignInForm(forms.Form):
    """The first step."""

    username = forms.CharField(
        label="Name or e-mail address",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username webauthn", "autofocus": True}),
    )
    # The field's default keeps what was typed out of the page that comes back.
    password = forms.CharField(max_length=1024, strip=False, widget=forms.PasswordInput(attrs=_CURRENT))
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class CodeForm(forms.Form):
    """The second step, and the confirmation of a new authenticator."""

    code = forms.CharField(
        label="Code",
        max_length=30,
        widget=forms.TextInput(
            attrs={
                "class": "code-input",
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
    )


class RecoveryForm(forms.Form):
    """The second step with a recovery code."""

    code = forms.CharField(
        label="Recovery code",
        max_length=30,
        help_text="One of the ten codes that you kept when you set up the app, such as 7G2K-90QX-MB4C-E1TV.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}
        ),
    )


class NewPasswordForm(forms.Form):
    """A new password, typed twice."""

    password = forms.CharField(
        label="New password",
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs=_NEW),
    )
    repeated = forms.CharField(
        label="The same password again", strip=False, max_length=1024, widget=forms.PasswordInput(attrs=_NEW)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(
            ["A sentence of a few words is easy to remember and hard to guess.", *password_validators_help_texts()]
        )

    def clean(self) -> dict[str, Any]:
        """Both fields hold the same."""
        data = super().clean() or {}
        if data.get("password") and data.get("repeated") and data["password"] != data["repeated"]:
            self.add_error("repeated", "The two passwords differ. Type the same one twice.")
        return data


class ChangePasswordForm(NewPasswordForm):
    """The current password and a new one."""

    current = forms.CharField(
        label="Current password", strip=False, max_length=1024, widget=forms.PasswordInput(attrs=_CURRENT)
    )
    field_order = ["current", "password", "repeated"]
