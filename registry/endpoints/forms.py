"""The form of the admin about deployment endpoints."""

from typing import Any

from django import forms

from registry.models import RegisteredModel

from .models import LONGEST_URL, Authentication, DeploymentEndpoint

_SAID = [("", "Not recorded"), ("yes", "Yes"), ("no", "No")]
_WORTH = {"": None, "yes": True, "no": False}
_PLAIN = {"spellcheck": "false", "autocapitalize": "off"}


class EndpointChangeForm(forms.Form):
    """What is recorded of one."""

    name = forms.CharField(max_length=100, help_text="Once for each model.")
    version_number = forms.IntegerField(
        label="Version",
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="Number of the registered version that answers there. Without it, a finding asks for it.",
    )
    url = forms.CharField(
        label="Address",
        max_length=LONGEST_URL,
        help_text="One that answers GET: it is asked once an hour, without any credential.",
        widget=forms.TextInput(attrs=_PLAIN),
    )
    authentication = forms.ChoiceField(
        label="Authentication type", required=False, choices=[("", "Not recorded"), *Authentication.choices]
    )
    is_required = forms.TypedChoiceField(
        label="Authentication required", required=False, choices=_SAID, coerce=_WORTH.__getitem__, empty_value=None
    )
    is_role_based = forms.TypedChoiceField(
        label="Role-based authorization", required=False, choices=_SAID, coerce=_WORTH.__getitem__, empty_value=None
    )

    @staticmethod
    def typed(row: DeploymentEndpoint) -> dict[str, Any]:
        """What somebody would have typed for a row."""
        said = {None: "", True: "yes", False: "no"}
        return {
            "name": row.name,
            "version_number": row.version_number,
            "url": row.url,
            "authentication": row.authentication,
            "is_required": said[row.is_required],
            "is_role_based": said[row.is_role_based],
        }


class EndpointForm(EndpointChangeForm):
    """A new one; ``user`` names models that they may see."""

    model = forms.CharField(max_length=200, help_text="Name of the registered model that answers there.")
    field_order = ["model"]

    def clean_model(self) -> str:
        """The name; whether the person may see the model is looked at where the person is known."""
        return str(self.cleaned_data["model"]).strip()


def find_model(user: Any, name: str) -> RegisteredModel | None:
    """The model of a name, when ``user`` may see it."""
    found: RegisteredModel | None = RegisteredModel.objects.visible_to(user).filter(name=name).first()
    return found
