"""What a model demands of a promotion: the thresholds that gates ask for, and how many people must approve.

Gates of every app read `policy_for`. A model without a row has the defaults of `Policy`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name
from registry.models import RegisteredModel

from .audit_events import POLICY_SET
from .models import PromotionPolicy

MOST_APPROVALS = 20
MOST_ISSUERS = 50
MOST_ALIASES = 50
DEFAULT_MIN_QUALITY = Decimal(70)


@dataclass(frozen=True, slots=True)
class Policy:
    """One model's demands. ``revision`` 0: nobody has set any, and these are the defaults."""

    revision: int = 0
    approvals: int | None = None
    alias_approvals: Mapping[str, int] = field(default_factory=dict)
    min_quality: Decimal | None = DEFAULT_MIN_QUALITY
    metric_tolerance: float | None = 0.0
    requires_card: bool = True
    blocks_on_alerts: bool = True
    provenance_issuers: tuple[str, ...] = ()

    def approvals_for(self, alias: str) -> int:
        """How many different people must approve; a policy can ask for more than the setting, never for fewer."""
        own = {name.lower(): count for name, count in self.alias_approvals.items()}
        return max(settings.MODELOPS_PROMOTION_APPROVERS, self.approvals or 0, own.get(alias.lower(), 0))

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON, as it is approved and as the REST interface shows it."""
        return {
            "revision": self.revision,
            "approvals": self.approvals,
            "alias_approvals": dict(sorted(self.alias_approvals.items())),
            "min_quality": None if self.min_quality is None else float(self.min_quality),
            "metric_tolerance": self.metric_tolerance,
            "requires_card": self.requires_card,
            "blocks_on_alerts": self.blocks_on_alerts,
            "provenance_issuers": list(self.provenance_issuers),
        }


def policy_for(model: RegisteredModel) -> Policy:
    """The policy of ``model`` that is in force now."""
    row = PromotionPolicy.objects.filter(model_id=model.pk).order_by("-revision").first()
    if row is None:
        return Policy()
    return Policy(
        revision=row.revision,
        approvals=row.approvals,
        alias_approvals=row.alias_approvals,
        min_quality=row.min_quality,
        metric_tolerance=row.metric_tolerance,
        requires_card=row.requires_card,
        blocks_on_alerts=row.blocks_on_alerts,
        provenance_issuers=tuple(row.provenance_issuers),
    )


@transaction.atomic
def set_policy(model: RegisteredModel, wanted: Policy, *, actor: Actor) -> Policy:
    """Put ``wanted`` in force for ``model`` as its next revision; requests made under the former are outdated.

    Raises Invalid for what cannot be demanded, Conflict when it is the policy already.
    """
    _require_sensible(wanted)
    RegisteredModel.objects.select_for_update().get(pk=model.pk)
    before = policy_for(model)
    said, former = wanted.as_dict(), before.as_dict()
    changed = sorted(name for name in said if name != "revision" and said[name] != former[name])
    if before.revision and not changed:
        raise Conflict(f"This is the policy of {model} already.", code="promotion_policy.unchanged")
    row = PromotionPolicy.objects.create(
        model=model,
        revision=before.revision + 1,
        approvals=wanted.approvals,
        alias_approvals=dict(wanted.alias_approvals),
        min_quality=wanted.min_quality,
        metric_tolerance=wanted.metric_tolerance,
        requires_card=wanted.requires_card,
        blocks_on_alerts=wanted.blocks_on_alerts,
        provenance_issuers=list(wanted.provenance_issuers),
    )
    record(
        POLICY_SET, model, actor=actor, name=model.name, revision=row.revision, changed=", ".join(changed) or "nothing",
        approvals=wanted.approvals, min_quality=said["min_quality"], metric_tolerance=wanted.metric_tolerance,
        requires_card=wanted.requires_card, blocks_on_alerts=wanted.blocks_on_alerts,
        issuers=len(wanted.provenance_issuers),
    )  # fmt: skip
    return policy_for(model)


def _require_sensible(wanted: Policy) -> None:
    floor = settings.MODELOPS_PROMOTION_APPROVERS
    for name, count in [("approvals", wanted.approvals), *wanted.alias_approvals.items()]:
        if count is None:
            continue
        if isinstance(count, bool) or not isinstance(count, int) or not floor <= count <= MOST_APPROVALS:
            raise Invalid(
                f"{str(name)[:100]!r} asks for {str(count)[:20]} approvals; between {floor} (the setting, which a "
                f"policy can only raise) and {MOST_APPROVALS} are possible.",
                code="promotion_policy.approvals",
                field="approvals" if name == "approvals" else "alias_approvals",
            )
    if len(wanted.alias_approvals) > MOST_ALIASES or len(wanted.provenance_issuers) > MOST_ISSUERS:
        raise Invalid(
            f"At most {MOST_ALIASES} aliases and {MOST_ISSUERS} issuers have a place in a policy.",
            code="promotion_policy.too_many",
            field="provenance_issuers",
        )
    for name in wanted.alias_approvals:
        validate_name(name, "alias")
    if wanted.min_quality is not None and not 0 <= wanted.min_quality <= 100:
        raise Invalid(
            "The least quality score is between 0 and 100.", code="promotion_policy.quality", field="min_quality"
        )
    tolerance = wanted.metric_tolerance
    if tolerance is not None and not (math.isfinite(tolerance) and tolerance >= 0):
        raise Invalid(
            "The metric may be worse by a finite number of 0 or more.",
            code="promotion_policy.tolerance",
            field="metric_tolerance",
        )
    if any(not 0 < len(issuer.strip()) <= 300 or "\x00" in issuer for issuer in wanted.provenance_issuers):
        raise Invalid(
            "An issuer is a text of 1 to 300 characters, such as the address of a CI system.",
            code="promotion_policy.issuer",
            field="provenance_issuers",
        )
