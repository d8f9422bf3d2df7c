"""Forms about API keys: what a new one is for, and how one takes the place of another."""

import re
from typing import Any

from django import forms

from modelops.lib.scopes import ALL, DATASET, MODEL

from .models import User
from .services.api_keys import LONGEST_DAYS, LONGEST_OVERLAP_H

# What a person means by "read" and "open", as permissions for one object.
_VIEWS = {
    MODEL: ("registry.view_registeredmodel", "registry.view_modelversion"),
    DATASET: ("registry.view_dataset", "registry.view_datasetversion"),
}
_OPENS = ("registry.download_artifact", "registry.verify_artifact")


def _parted(text: str) -> list[str]:
    return [part for part in re.split(r"[\s,;]+", text) if part]


class ApiKeyForm(forms.Form):
    """What a new API key is for."""

    READ, OPEN = "read", "open"

    name = forms.CharField(max_length=100, help_text="What uses the key, for example “nightly training”.")
    access = forms.ChoiceField(
        choices=[(READ, "Read only"), (OPEN, "Read, and open files"), (ALL, "Everything that my role allows")],
        initial=READ,
        help_text="A key never may more than its owner.",
    )
    objects = forms.CharField(
        label="Only for these",
        required=False,
        max_length=2000,
        help_text="Names of models, parted by commas; a dataset as dataset/flights. Empty: for all that you may see.",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
    )
    networks = forms.CharField(
        label="Only from these networks",
        required=False,
        max_length=1000,
        help_text="For example 192.0.2.0/24. Empty: from anywhere.",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
    )
    days = forms.IntegerField(
        label="Valid for (days)", min_value=1, max_value=LONGEST_DAYS, initial=90, help_text="At most 365."
    )

    def clean(self) -> dict[str, Any]:
        """A key for everything is not for single objects."""
        data = super().clean() or {}
        if data.get("access") == ALL and data.get("objects"):
            self.add_error("objects", "Leave this empty, or choose what the key may do with these.")
        return data

    def wanted(self, user: User) -> dict[str, Any]:
        """What the service is asked for."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "days": given["days"],
            "networks": _parted(given["networks"]),
            "scopes": self._scopes(user, given["access"], _parted(given["objects"])),
        }

    def _scopes(self, user: User, access: str, objects: list[str]) -> list[str]:
        if access == ALL:
            return [ALL]
        opens = _OPENS if access == self.OPEN else ()
        if not objects:
            held = user.get_all_permissions()
            return sorted(name for name in held if name.split(".")[1].startswith("view_") or name in opens)
        scopes = []
        for text in objects:
            kind = text.partition("/")[0] if "/" in text else MODEL
            name = text.partition("/")[2] if "/" in text else text
            scopes += [f"{permission}:{kind}/{name}" for permission in (*_VIEWS.get(kind, ("",)), *opens)]
        return sorted(set(scopes))


class RotationForm(forms.Form):
    """How long the old key works beside the new one."""

    overlap_h = forms.TypedChoiceField(
        label="The old key works on for",
        coerce=int,
        initial=24,
        choices=[(0, "not at all"), (1, "1 hour"), (24, "1 day"), (72, "3 days"), (LONGEST_OVERLAP_H, "7 days")],
        help_text="Whatever uses it needs the new key by then.",
    )
