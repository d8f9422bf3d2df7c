"""What is in use was approved."""

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.urls import reverse

from modelops.lib.posture import Finding, Outcome, control
from registry.aliases.models import Alias
from registry.named_in_posture import called, page_of

from .models import Promotion, State

_SHOWN = 20


@control(
    "promotion.approved",
    area="Models",
    label="Every protected alias points where an approved promotion put it",
    fix="Take the alias away and promote the version, so that others approve it.",
)
def approved() -> Outcome:
    """From the rows: the newest move of the alias to this version was carried out by a promotion."""
    names = [name.lower() for name in settings.MODELOPS_PROTECTED_ALIASES]
    done = Promotion.objects.filter(
        model=OuterRef("model"), alias=OuterRef("name"), version=OuterRef("version"), state=State.EXECUTED
    )
    aliases = Alias.objects.annotate(lowered=Lower("name")).filter(lowered__in=names, model__deleted_at=None)
    total = aliases.count()
    others = aliases.filter(~Exists(done)).select_related("version__model")
    findings = [
        Finding(
            f"unapproved:{alias.pk}",
            f"{called(alias.version)} is {alias.name}, which nobody approved",
            "Remove the alias and promote the version; then others approve it.",
            "warning",
            page_of(alias.version),
        )
        for alias in others.order_by("pk")[:_SHOWN]
    ]
    return Outcome(findings, total - others.count(), total, url=reverse("promotion:inbox"))
