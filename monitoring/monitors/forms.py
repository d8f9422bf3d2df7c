"""Forms of drift monitors."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django import forms
from django.utils import timezone

from dataquality.forms import VersionField
from modelops.lib.errors import DomainError
from monitoring.drift.evaluation import Policy
from monitoring.drift.forms import ThresholdsForm
from registry.models import Dataset, DatasetVersion, ModelVersion

from .models import DriftMonitor
from .serializers import MOST_SEGMENT_COLUMNS
from .services import Settings

OFFERED = 200
THRESHOLDS = ("alpha", "minimum_effect", "minimum_share")
EVERY = (("", "When asked"), (3600, "Hour"), (6 * 3600, "Six hours"), (86_400, "Day"), (7 * 86_400, "Week"))


class Names(forms.CharField):
    """Names of columns, one in each line; no name twice."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=200_000, **kwargs)
        self.widget.attrs |= {"rows": 3, "class": "mono", "spellcheck": "false"}

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """The lines that hold something."""
        lines = (line.strip() for line in (super().to_python(value) or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def run_validators(self, value: Any) -> None:
        """The length is looked at as text, before it is parted."""
        super().run_validators("\n".join(value))


class PolicyFields(ThresholdsForm):
    """What counts as drift, and why."""

    minimum_share = forms.FloatField(
        label="Smallest share",
        min_value=0,
        max_value=1,
        initial=0,
        help_text="From which share of the features on, weighted by importance, the run counts as drifted. 0: one is "
        "enough.",
    )
    why = forms.CharField(
        label="Why", max_length=500, initial="First policy.", help_text="Stands beside the policy, for good."
    )

    def policy_after(self, before: Policy) -> Policy:
        """The thresholds that were given; what differs by feature and segment stays as it was ``before``."""
        return replace(before, **{name: self.cleaned_data[name] for name in THRESHOLDS})

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal of the service beside the field at fault."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class PolicyForm(PolicyFields):
    """Another policy of a monitor, with its reason."""

    @classmethod
    def of(cls, monitor: DriftMonitor) -> "PolicyForm":
        """Filled with what holds now, but for the reason."""
        now = monitor.policy.policy
        return cls(initial={**{name: now[name] for name in THRESHOLDS}, "why": ""})


class MonitorForm(PolicyFields):
    """What a new monitor looks at, how often, and what counts as drift."""

    name = forms.CharField(max_length=100, help_text="What alerts and reports call it.")
    reference = VersionField(label="Reference", help_text="What the model learned from, or what was known to be good.")
    dataset = forms.ModelChoiceField(
        Dataset.objects.none(),
        label="Data to watch",
        required=False,
        empty_label="Later versions of the reference's own dataset",
        help_text="Each run takes its newest version.",
    )
    model_version = forms.ModelChoiceField(
        ModelVersion.objects.none(),
        label="Model version",
        required=False,
        empty_label="None",
        help_text="Its page and its posture then show that it is watched.",
    )
    every_s = forms.TypedChoiceField(
        label="Every", choices=EVERY, coerce=int, empty_value=None, required=False, initial=86_400
    )
    features = Names(label="Features", help_text="Columns to compare, one in each line. Empty: all of them.")
    segments = Names(
        label="Segments", help_text="Up to five columns whose values are compared each for itself too, as a region."
    )
    with_wasserstein = forms.BooleanField(
        label="Measure the Wasserstein distance too",
        required=False,
        help_text="How far values moved, in their own unit.",
    )
    field_order = (
        "name", "reference", "dataset", "model_version", "every_s", "features", "segments", "with_wasserstein",
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reference"].offer_to(user, self.initial.get("reference"))  # type: ignore[attr-defined]
        offered: dict[str, Any] = {
            "dataset": Dataset.objects.visible_to(user).order_by("name"),
            "model_version": ModelVersion.objects.visible_to(user).select_related("model").order_by("-created_at"),
        }
        for name, rows in offered.items():
            _offer(self.fields[name], rows, self.initial.get(name))  # type: ignore[arg-type]

    def clean_segments(self) -> list[str]:
        """Not more than a monitor tells apart."""
        names: list[str] = self.cleaned_data["segments"]
        if len(names) > MOST_SEGMENT_COLUMNS:
            raise forms.ValidationError(f"Up to {MOST_SEGMENT_COLUMNS} columns can make segments.")
        return names

    def settings(self) -> Settings:
        """What was chosen."""
        data = self.cleaned_data
        reference: DatasetVersion = data["reference"]
        chosen = ("model_version", "features", "with_wasserstein", "every_s", "segments")
        return Settings(reference, data["dataset"] or reference.dataset, **{name: data[name] for name in chosen})


def _offer(field: forms.ModelChoiceField, rows: Any, initial: Any) -> None:
    """The first ``OFFERED`` rows as choices; any other that the user may see is accepted too."""
    field.queryset = rows
    shown = list(rows[:OFFERED])
    if initial and all(str(row.pk) != str(initial) for row in shown):
        shown += list(rows.filter(pk=initial))
    field.choices = [("", field.empty_label), *((str(row.pk), str(row)) for row in shown)]


class AcceptForm(forms.Form):
    """Drift of a feature that is known: why, and through which day nobody has to hear of it."""

    feature = forms.CharField(max_length=255, widget=forms.HiddenInput)
    why = forms.CharField(
        label="Why it is known", max_length=500, help_text="Stays on this page, with your account as owner."
    )
    until = forms.DateField(
        label="Through",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The last day, in UTC. Until then it counts again only when it grows by a quarter.",
    )

    def clean_until(self) -> dt.datetime:
        """The first moment after the day."""
        day: dt.date = self.cleaned_data["until"]
        return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=dt.UTC)

    @classmethod
    def of(cls, feature: str) -> "AcceptForm":
        """An empty form for one feature; a month ahead is proposed."""
        return cls(initial={"feature": feature, "until": timezone.now().date() + dt.timedelta(days=30)})
