"""Forms of the pages of detections."""

from django import forms

from .base import detectors
from .models import Verdict
from .thresholds import LONGEST_DAYS, REASON, in_force


class VerdictForm(forms.Form):
    """What came of a detection."""

    verdict = forms.ChoiceField(choices=Verdict.choices, label="What came of it")


def _limits() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every limit below its detection, with what is in force and its bounds."""
    found = []
    for key, detector in detectors.items():
        present = in_force(key)
        limits = [
            (f"{key}.{one.name}", f"{one.label}: {present[one.name]:,} now, {one.least:,} to {one.most:,}")
            for one in detector.thresholds
        ]
        if limits:
            found.append((detector.label, limits))
    return found


class TrialForm(forms.Form):
    """Another value for one limit, and how much of the ledger to try it over."""

    limit = forms.ChoiceField(choices=_limits, label="Threshold")
    value = forms.IntegerField(label="Value to try")
    days = forms.IntegerField(
        initial=14, label="Days", help_text=f"Tried over the ledger of so many days, at most {LONGEST_DAYS}."
    )


class ReasonForm(forms.Form):
    """Why a threshold is set."""

    reason = forms.CharField(
        max_length=REASON, label="Reason", help_text="It stands on this page, and not in the audit log."
    )
