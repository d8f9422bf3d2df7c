"""Versions that are in use are signed."""

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse

from modelops.lib.posture import Finding, Outcome, control
from registry.aliases.models import Alias
from registry.models import ModelVersion
from registry.named_in_posture import called, page_of

from .models import SignatureState, VersionSignature

_SHOWN = 20


def _is_signed(version: str) -> Exists:
    """A signature that held when it was last looked at, by a key that is still trusted."""
    good = VersionSignature.objects.filter(version=OuterRef(version), state=SignatureState.VALID)
    return Exists(good.filter(key__revoked_at=None))


@control(
    "signatures.in_use",
    area="Models",
    label="Every version behind a protected alias is signed",
    fix="Add a signature of a trusted key, or move the alias to a version that is signed.",
)
def in_use() -> Outcome:
    """Signed and unsigned versions for each stage; one in production without a signature that holds is red."""
    protected = {name.lower() for name in settings.MODELOPS_PROTECTED_ALIASES}
    aliases = Alias.objects.filter(model__deleted_at=None).annotate(stage=Lower("name"), signed=_is_signed("version"))
    at_stage = aliases.filter(stage__in=protected)
    stages = at_stage.values("stage").annotate(good=Count("pk", filter=Q(signed=True)), all=Count("pk"))
    counts = {row["stage"]: (row["good"], row["all"]) for row in stages}
    unsigned = at_stage.filter(signed=False).select_related("version__model").order_by("pk")
    findings = [
        Finding(
            f"unsigned:{alias.model_id}:{alias.stage}",
            f"{called(alias.version)} is {alias.name} and has no signature that holds",
            "Add a signature of a trusted key to it, or move the alias to a version that is signed.",
            "critical",
            page_of(alias.version),
        )
        for alias in unsigned[:_SHOWN]
    ]
    total, good = (sum(pair[place] for pair in counts.values()) for place in (1, 0))
    said = [
        f"{stage}: {counts[stage][0]} signed, {counts[stage][1] - counts[stage][0]} unsigned"
        for stage in sorted(counts)
    ]
    others = ModelVersion.objects.filter(deleted_at=None, aliases=None).aggregate(
        good=Count("pk", filter=Q(_is_signed("pk"))), all=Count("pk")
    )
    said.append(f"no stage: {others['good']} signed, {others['all'] - others['good']} unsigned")
    return Outcome(findings, good, total, "; ".join(said) + ".", reverse("admin:signing_versionsignature_changelist"))
