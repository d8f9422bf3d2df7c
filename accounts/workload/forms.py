"""Forms of the admin about trusted issuers and their rules."""

import json
from typing import Any

from django import forms

from accounts.models import User

from .models import ALGORITHMS, ExchangeRule, TrustedIssuer
from .models.rule import LONGEST_S

_PLAIN = {"spellcheck": "false", "autocapitalize": "off"}


class IssuerForm(forms.Form):
    """Whose tokens are taken."""

    name = forms.CharField(max_length=100, help_text="For example github.")
    issuer = forms.CharField(
        label="Address",
        max_length=500,
        help_text="What its tokens say under iss, such as https://token.actions.githubusercontent.com.",
        widget=forms.TextInput(attrs=_PLAIN),
    )
    audience = forms.CharField(
        max_length=200, help_text="What the pipeline asks its token for under aud; the address of this portal is usual."
    )
    algorithms = forms.MultipleChoiceField(
        choices=[(name, name) for name in ALGORITHMS],
        initial=["RS256", "ES256"],
        help_text="Signatures that are taken. Secrets that both sides know (HS256) never are.",
    )
    pinned_keys = forms.CharField(
        label="Pinned keys",
        required=False,
        max_length=100_000,
        help_text="A JSON Web Key Set with public keys. Empty: the keys are fetched from the address.",
        widget=forms.Textarea(attrs={"rows": 6, **_PLAIN}),
    )

    @staticmethod
    def typed(row: TrustedIssuer) -> dict[str, Any]:
        """What somebody would have typed for a row."""
        shown = "" if row.pinned_keys is None else json.dumps(row.pinned_keys, indent=1)
        return {
            "name": row.name,
            "issuer": row.issuer,
            "audience": row.audience,
            "algorithms": row.algorithms,
            "pinned_keys": shown,
        }

    def wanted(self) -> dict[str, Any]:
        """What the services take."""
        return dict(self.cleaned_data)

    def clean_pinned_keys(self) -> Any:
        """The JSON, or None."""
        text = self.cleaned_data["pinned_keys"].strip()
        if not text:
            return None
        try:
            return json.loads(text)
        except ValueError as error:
            raise forms.ValidationError(f"This is no JSON: {error}.") from None


class RuleForm(forms.Form):
    """Which jobs become which service account."""

    issuer = forms.ModelChoiceField(TrustedIssuer.objects.filter(is_active=True))
    name = forms.CharField(max_length=100, help_text="For example release-of-delays.")
    service = forms.ModelChoiceField(
        User.objects.filter(is_service=True, is_active=True), label="Acts as", help_text="A service account."
    )
    conditions = forms.CharField(
        label="When its token says",
        max_length=10_000,
        help_text="One claim a line, such as repository = acme/delays or ref = refs/heads/release-*. Every line must "
        "fit; * stands for anything without a slash, ** for anything.",
        widget=forms.Textarea(attrs={"rows": 4, **_PLAIN}),
    )
    scopes = forms.CharField(
        label="It may",
        max_length=10_000,
        help_text="One permission a line: registry.add_modelversion, or for one model registry.add_modelversion:delay.",
        widget=forms.Textarea(attrs={"rows": 4, **_PLAIN}),
    )
    minutes = forms.IntegerField(
        label="For (minutes)", min_value=1, max_value=LONGEST_S // 60, initial=LONGEST_S // 60, help_text="At most 15."
    )

    def clean_conditions(self) -> dict[str, str]:
        """Claims with their patterns."""
        found: dict[str, str] = {}
        for line in self.cleaned_data["conditions"].splitlines():
            claim, sign, pattern = line.partition("=")
            if not line.strip():
                continue
            if not sign:
                raise forms.ValidationError(f"{line.strip()[:60]!r} is no line of the form claim = value.")
            if claim.strip() in found:
                raise forms.ValidationError(f"{claim.strip()} stands there twice.")
            found[claim.strip()] = pattern.strip()
        return found

    def clean_scopes(self) -> list[str]:
        """One each line."""
        return self.cleaned_data["scopes"].split()


class ChangedRuleForm(RuleForm):
    """A rule that there is: it stays with its issuer."""

    issuer = None  # type: ignore[assignment]

    @staticmethod
    def typed(row: ExchangeRule) -> dict[str, Any]:
        """What somebody would have typed for a row."""
        return {
            "name": row.name,
            "service": row.service_id,
            "conditions": "\n".join(f"{claim} = {pattern}" for claim, pattern in sorted(row.conditions.items())),
            "scopes": "\n".join(row.scopes),
            "minutes": max(1, row.lifetime_s // 60),
        }

    def wanted(self) -> dict[str, Any]:
        """What the services take."""
        given = dict(self.cleaned_data)
        lifetime_s = given.pop("minutes") * 60
        return {**given, "lifetime_s": lifetime_s}
