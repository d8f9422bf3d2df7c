"""Tags of the variants card on the page of a version."""

from django import template

from registry.models import ModelVersion
from registry.variants.kinds import derivation_for, possible
from registry.variants.models import Variant, VariantState

register = template.Library()

TONES = {VariantState.READY: "good", VariantState.QUEUED: "info", VariantState.FAILED: "bad"}


@register.simple_tag
def variants_of(version: ModelVersion) -> list[Variant]:
    """The variants of a version with tone and share for the page; a version has a handful of them."""
    found = Variant.objects.filter(version=version).select_related("artifact__inspection", "version__artifact")
    rows = list(found.order_by("-id")[:50])
    for row in rows:
        row.tone = TONES[VariantState(row.state)]
        row.share = None if row.size_ratio is None else f"{row.size_ratio:.0%}"
    return rows


@register.simple_tag
def kinds_to_ask_for(version: ModelVersion, variants: list[Variant]) -> list[str]:
    """The kinds that could be derived now: of the format, with their tool installed, not there yet."""
    there = {row.name for row in variants if row.state != VariantState.FAILED}
    kinds = [kind for kind in possible(version.file_format) if kind not in there]
    return [kind for kind in kinds if not derivation_for(kind, version.file_format).missing()]
