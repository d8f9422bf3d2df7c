"""Forms of the registers."""

from typing import Any

from django import forms

from .models import Breach, BreachState, ItemKind, LegalBasis, ProcessingActivity, Severity


def _long(label: str, most: int = 1000) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": 2}))


class ActivityForm(forms.Form):
    """Every field of Art. 30(1)."""

    name = forms.CharField(max_length=120, label="Activity")
    controller = _long("Controller and contact", 400)
    purpose = _long("Purposes")
    basis = forms.ChoiceField(choices=LegalBasis.choices, label="Legal basis")
    subjects = _long("Categories of people", 400)
    categories = _long("Categories of data", 400)
    recipients = _long("Recipients", 400)
    transfers = _long("Transfers to other countries and safeguards", 400)
    retention = _long("Time limits of erasure", 400)
    measures = _long("Security measures")
    datasets = forms.CharField(
        required=False, label="Datasets", help_text="Names, with commas between them.", max_length=2000
    )

    def clean_datasets(self) -> list[str]:
        return [name for one in self.cleaned_data["datasets"].split(",") if (name := one.strip())]


class RevisionForm(ActivityForm):
    """The same without the name; what stays empty stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["name"]
        for field in self.fields.values():
            field.required = False

    def clean(self) -> dict[str, Any]:
        return {name: value for name, value in super().clean().items() if value}


class ConsentForm(forms.Form):
    """Who agreed to what, where."""

    activity = forms.ModelChoiceField(
        ProcessingActivity.objects.filter(basis=LegalBasis.CONSENT), label="Activity", empty_label=None
    )
    subject = forms.CharField(max_length=320, label="E-mail address or reference")
    text_version = forms.CharField(max_length=60, label="Version of the text")
    source = forms.CharField(max_length=120, label="Source", help_text="The form, letter or call.")


class WithdrawalForm(forms.Form):
    """By what a consent was taken back."""

    source = forms.CharField(max_length=120, label="Source", help_text="The form, letter or call.")


class BreachForm(forms.ModelForm):
    """The contents of Art. 33(3)."""

    class Meta:
        model = Breach
        fields = (
            "title", "known_at", "nature", "categories", "subject_count", "record_count", "contact", "consequences",
            "measures",
        )  # fmt: skip


class DecisionForm(forms.Form):
    """Whether the authority was notified."""

    state = forms.ChoiceField(choices=[one for one in BreachState.choices if one[0] != "open"], label="Decision")
    reason = _long("Reason, with the number of the notification")


class EntryForm(forms.Form):
    """A line of the log."""

    text = _long("What was found, decided or done; no names")


class IncidentForm(forms.Form):
    """A new incident."""

    title = forms.CharField(max_length=120)
    severity = forms.ChoiceField(choices=Severity.choices)
    summary = _long("Summary", 2000)
    lead = forms.CharField(max_length=120, label="Led by", help_text="A role, no name.")


class LessonForm(forms.Form):
    """What was learned."""

    lesson = _long("What was learned", 2000)


class ItemForm(forms.Form):
    """A training, test, assessment or contact."""

    kind = forms.ChoiceField(choices=ItemKind.choices)
    title = forms.CharField(max_length=200)
    who = forms.CharField(max_length=120, label="Team or role", help_text="No names.")
    due_on = forms.DateField(label="Due on", widget=forms.DateInput(attrs={"type": "date"}))


class DoneForm(forms.Form):
    """That it was done."""

    done_on = forms.DateField(label="Done on", widget=forms.DateInput(attrs={"type": "date"}))
    evidence_url = forms.CharField(max_length=500, required=False, label="Evidence", help_text="Where it lies.")
