"""What people fill in about promotions."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings

from .policies import MOST_APPROVALS, Policy

_TEXT = forms.Textarea(attrs={"rows": 2})


class PromotionForm(forms.Form):
    """Asking that a protected alias moves to a version."""

    alias = forms.ChoiceField(help_text="Protected: it moves when others have approved.")
    reason = forms.CharField(
        required=False, max_length=500, widget=_TEXT, help_text="Why this version is to be promoted."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["alias"].choices = [(name, name) for name in settings.MODELOPS_PROTECTED_ALIASES]


class OverridingForm(PromotionForm):
    """The same where a gate fails."""

    override_reason = forms.CharField(
        max_length=500,
        label="Why the failed gates do not matter",
        widget=_TEXT,
        help_text="One more person has to approve, and the promotion stands in the monthly report.",
    )


class RejectionForm(forms.Form):
    """Why not."""

    reason = forms.CharField(max_length=500, label="Why it is rejected")


class PolicyForm(forms.Form):
    """What a model demands."""

    approvals = forms.IntegerField(required=False, max_value=MOST_APPROVALS, label="Approvals")
    alias_approvals = forms.CharField(
        required=False,
        max_length=2000,
        label="More approvals for single aliases",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text="A line each, such as production=3.",
    )
    min_quality = forms.DecimalField(
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(100),
        decimal_places=2,
        label="Least quality score",
        help_text="Of every dataset version that the version was trained on, 0 to 100. Empty: not asked.",
    )
    metric_tolerance = forms.FloatField(
        required=False,
        min_value=0,
        label="How much worse the metric may be",
        help_text="Than that of the version in use, in the units of the primary metric. Empty: not asked.",
    )
    requires_card = forms.BooleanField(required=False, label="A complete model card is demanded")
    blocks_on_alerts = forms.BooleanField(
        required=False, label="An open alert about the model or its data stops a promotion"
    )
    provenance_issuers = forms.CharField(
        required=False,
        max_length=10_000,
        label="Who may attest the build",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="An issuer a line. Empty: no attestation is demanded.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        floor = settings.MODELOPS_PROMOTION_APPROVERS
        self.fields["approvals"].min_value = floor
        self.fields["approvals"].help_text = f"At least {floor}, as the portal is set up. Empty: {floor}."

    def clean_alias_approvals(self) -> dict[str, int]:
        """The lines as numbers by alias."""
        found: dict[str, int] = {}
        for line in self.cleaned_data["alias_approvals"].splitlines():
            name, _, count = (part.strip() for part in line.partition("="))
            if not name:
                continue
            if not (count.isascii() and count.isdigit() and len(count) < 5):
                raise forms.ValidationError("Write a line each as production=3.")
            found[name] = int(count)
        return found

    def clean_provenance_issuers(self) -> tuple[str, ...]:
        """The lines that hold something."""
        lines = (line.strip() for line in self.cleaned_data["provenance_issuers"].splitlines())
        return tuple(line for line in lines if line)

    def as_policy(self) -> Policy:
        """What was filled in, once it is valid."""
        names = ("approvals", "alias_approvals", "min_quality", "metric_tolerance", "requires_card", "blocks_on_alerts")
        return Policy(
            **{name: self.cleaned_data[name] for name in names},
            provenance_issuers=self.cleaned_data["provenance_issuers"],
        )


def initial_of(policy: Policy) -> dict[str, Any]:
    """What the form shows for a policy."""
    said = policy.as_dict()
    return {
        **said,
        "min_quality": policy.min_quality,
        "alias_approvals": "\n".join(f"{name}={count}" for name, count in said["alias_approvals"].items()),
        "provenance_issuers": "\n".join(policy.provenance_issuers),
    }


class PolicyOfModelForm(PolicyForm):
    """In the admin, where the model is named too."""

    model = forms.CharField(max_length=100, help_text="The name of the model.")
    field_order = ["model"]


class AskForm(forms.Form):
    """In the admin, where everything is named."""

    model = forms.CharField(max_length=100, help_text="The name of the model.")
    version = forms.IntegerField(min_value=1)
    alias = forms.CharField(max_length=100, help_text="A protected alias, such as production.")
    reason = forms.CharField(required=False, max_length=500)
    override_reason = forms.CharField(
        required=False, max_length=500, help_text="Why failed gates do not matter; one more person has to approve."
    )


class DecisionForm(forms.Form):
    """What to do with a request that waits."""

    decision = forms.ChoiceField(
        choices=[("approve", "Approve exactly this"), ("reject", "Reject"), ("withdraw", "Withdraw my own request")]
    )
    reason = forms.CharField(required=False, max_length=500, help_text="Needed to reject.")

    def clean(self) -> dict[str, Any]:
        """A rejection says why."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("decision") == "reject" and not given.get("reason", "").strip():
            raise forms.ValidationError({"reason": "Say why it is rejected."})
        return given
