"""Tags of the signature card on the page of a version."""

from typing import Any

from django import template

from registry.aliases.forms import AliasForm
from registry.aliases.models import Alias
from registry.models import ModelVersion
from registry.signing.models import Demand, SignatureState
from registry.signing.verdicts import newest, verdict

register = template.Library()

WORDS = {
    SignatureState.VALID: ("Valid", "good"),
    SignatureState.UNTRUSTED: ("Not trusted", "warn"),
    SignatureState.INVALID: ("Invalid", "bad"),
    SignatureState.MISSING: ("Missing", "quiet"),
}
DEMANDS = {
    Demand.REQUIRE: "Required: without a valid signature this version is not promoted.",
    Demand.WARN: "Not required: a bad or missing signature is only shown.",
    Demand.OFF: "Signatures are not looked at for this model.",
}


@register.simple_tag
def signature_of(version: ModelVersion) -> dict[str, Any]:
    """What the card shows: word and tone of the state, the reason, the demand, and the bundles to take along."""
    found = verdict(version)
    word, tone = WORDS[found.state]
    if found.demand == Demand.REQUIRE and tone in {"warn", "quiet"}:
        tone = "bad"
    return {
        "word": word,
        "tone": tone,
        "reason": found.reason,
        "demand": DEMANDS[found.demand],
        "key": found.key,
        "rows": newest(version),
    }


@register.simple_tag
def aliases_of(version: ModelVersion) -> list[Alias]:
    """The aliases that point at the version."""
    return list(Alias.objects.filter(version=version).order_by("name"))


@register.simple_tag
def alias_form() -> AliasForm:
    """The form that sets one."""
    return AliasForm()
