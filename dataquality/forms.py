"""Forms of data quality."""

from typing import Any

from django import forms

from dataquality.suite_serializers import NAME
from registry.models import DatasetVersion

OFFERED_VERSIONS = 200  # the newest ones; older ones have a button on their own page


class VersionField(forms.ModelChoiceField):
    """A choice among the newest dataset versions that the user may see; any visible one is accepted."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=DatasetVersion.objects.none(), **kwargs)

    def offer_to(self, user: Any, initial: Any = None) -> None:
        """Fill the choices for ``user``; ``initial`` is among them whatever its age."""
        self.queryset = DatasetVersion.objects.visible_to(user).select_related("dataset")
        newest = list(self.queryset.order_by("-created_at")[:OFFERED_VERSIONS])
        if initial and all(str(version.pk) != str(initial) for version in newest):
            newest += list(self.queryset.filter(pk=initial))
        newest.sort(key=lambda version: (version.dataset.name, -version.number))
        self.choices = [("", "Choose a dataset version")] + [
            (str(version.pk), self.label_from_instance(version)) for version in newest
        ]

    def label_from_instance(self, obj: DatasetVersion) -> str:
        """Name, version and size."""
        return f"{obj.dataset.name} · version {obj.number} ({obj.rows:,} rows, {obj.columns} columns)"


class QualityRunForm(forms.Form):
    """Which dataset version to examine."""

    dataset_version = VersionField(label="Dataset version", help_text="Every column and row of it is read once.")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["dataset_version"]
        field.offer_to(user, self.initial.get("dataset_version"))  # type: ignore[attr-defined]


class AcceptanceForm(forms.Form):
    """Until when a finding takes nothing from the score, and why."""

    until = forms.DateTimeField(
        label="Accepted until",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="In UTC, at most a year from now.",
    )
    reason = forms.CharField(label="Reason", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class RuleTextForm(forms.Form):
    """A suite of rules as text."""

    name = forms.RegexField(
        NAME, label="Name of the suite", max_length=80, help_text="Letters, digits, dots, dashes and underscores."
    )
    text = forms.CharField(
        label="Rules",
        max_length=512 * 1024,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 20, "class": "mono tall", "spellcheck": "false"}),
        help_text="YAML or JSON, as the reference of quality rules has it.",
    )
