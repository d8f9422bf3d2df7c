"""The form of an impact assessment."""

from django import forms

from registry.cards.models import AssessmentDecision

from .services import LONGEST


def _text(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


class AssessmentForm(forms.Form):
    """Five texts and a decision; sending it is the signature."""

    people = _text("People affected", "Which groups, how many, who among them is vulnerable. No names.")
    benefits = _text("Benefits and need", "What it is good for, and why something milder does not do.")
    risks = _text("Risks to rights and freedoms", "Error, unequal treatment, loss of privacy, dependence.")
    measures = _text("Measures against them", "What lowers each risk, and how that is measured.")
    oversight = _text("Human oversight and remedy", "Who can overrule it, and how people object.")
    decision = forms.ChoiceField(label="Decision", choices=AssessmentDecision.choices, widget=forms.RadioSelect)
