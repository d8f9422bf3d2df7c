"""Asking for a promotion, and taking the request back."""

import datetime as dt
from dataclasses import asdict

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid, NotAllowed
from registry.aliases import periods
from registry.aliases.gate import Outcome, ask_all
from registry.aliases.services import is_protected, require_version_of
from registry.models import ModelVersion, RegisteredModel

from . import audit_events as events
from . import closing, notices
from .models import Kind, Promotion, State
from .payload import digest_of, live_number, needed_for, payload_of
from .policies import policy_for

OPEN_FOR = dt.timedelta(hours=72)
LONGEST_REASON = 500


def request(
    version: ModelVersion, alias: str, *, reason: str = "", override_reason: str = "", actor: Actor
) -> Promotion:
    """Ask that ``alias`` moves to ``version``: every gate answers now, and again when the last person has approved.

    A gate that fails is passed by only with ``override_reason``, and then one more person has to approve. Raises
    Invalid for an alias that needs no approval, Conflict when a gate refuses, when another request waits for the
    same alias, and when the version is there already.
    """
    require_version_of(version.model, alias, version)
    if not is_protected(alias):
        raise Invalid(
            f"{alias!r} is not protected: set it directly, without a promotion.",
            code="promotion.not_protected",
            field="alias",
        )
    reason, override_reason = clean_reason(reason), clean_reason(override_reason)
    with transaction.atomic():
        RegisteredModel.objects.select_for_update().get(pk=version.model_id)
        version = ModelVersion.objects.select_related("model", "artifact").get(pk=version.pk)
        _require_possible(version, alias)
        outcomes = ask_all(version)
        refused = [one for one in outcomes if not one.passed]
        if not refused or override_reason:
            return _create(version, alias, outcomes, reason, override_reason if refused else "", actor)
        record(
            events.REFUSED, version, actor=actor, outcome="denied", name=version.model.name, alias=alias,
            version=version.number, kind=_kind(version, alias), gates=", ".join(one.gate for one in refused),
        )  # fmt: skip
    # After the commit, so that the refusal stays in the ledger.
    reasons = " ".join(f"{one.label}: {one.reason}" for one in refused)
    raise Conflict(
        f"{version} cannot become {alias!r}. {reasons} Remedy this, or say in override_reason why it does not matter; "
        "then one more person has to approve.",
        code="promotion.refused",
        field="version",
    )


def _require_possible(version: ModelVersion, alias: str) -> None:
    if version.is_deleted or version.model.is_deleted:
        raise Conflict(f"{version} is deleted. Restore it first.", code="promotion.deleted", field="version")
    if live_number(version, alias) == version.number:
        raise Conflict(f"{alias!r} points at {version} already.", code="promotion.already_live", field="version")
    for late in Promotion.objects.run_out().filter(model_id=version.model_id, alias=alias):
        closing.expire(late)


def _kind(version: ModelVersion, alias: str) -> Kind:
    return Kind.ROLLBACK if periods.was_live(version.model, alias, version.number) else Kind.PROMOTION


def _create(
    version: ModelVersion, alias: str, outcomes: list[Outcome], reason: str, override: str, actor: Actor
) -> Promotion:
    policy, kind = policy_for(version.model), _kind(version, alias)
    payload = payload_of(alias, version, outcomes, policy, kind=kind, override=override)
    now = timezone.now()
    promotion = Promotion(
        model=version.model,
        version=version,
        number=version.number,
        alias=alias,
        from_number=payload["from"],
        kind=kind,
        reason=reason,
        payload=payload,
        payload_digest=digest_of(payload),
        gates=[asdict(one) for one in outcomes],
        override_reason=override,
        approvals_needed=needed_for(policy, alias, override=bool(override)),
        requester_kind=actor.kind,
        requester_ref=actor.ref,
        created_at=now,
        expires_at=now + OPEN_FOR,
    )
    try:
        with transaction.atomic():
            promotion.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            f"A promotion to {alias!r} of {version.model} waits already. It must be approved, rejected or withdrawn "
            "before another is asked for.",
            code="promotion.waiting_already",
            field="alias",
        ) from None
    record(
        events.REQUESTED, promotion, actor=actor, **events.about(promotion), before=promotion.from_number,
        digest=promotion.payload_digest, needed=promotion.approvals_needed,
        overridden=", ".join(one["gate"] for one in promotion.failed_gates),
    )  # fmt: skip
    notices.tell_approvers(promotion)
    return promotion


@transaction.atomic
def withdraw(promotion: Promotion, *, actor: Actor) -> Promotion:
    """Take a request back: whoever asked for it may. Raises NotAllowed for others, Conflict when it is decided."""
    promotion = closing.locked(promotion)
    if (promotion.requester_kind, promotion.requester_ref) != (actor.kind, actor.ref):
        raise NotAllowed(
            "Only who asked for a promotion withdraws it. An approver can reject it.", code="promotion.not_yours"
        )
    closing.require_undecided(promotion)
    closing.close(promotion, State.WITHDRAWN)
    record(events.WITHDRAWN, promotion, actor=actor, **events.about(promotion))
    return promotion


def clean_reason(text: str) -> str:
    """One line without control characters. Raises Invalid when it is too long."""
    text = " ".join(text.replace("\x00", "").split())
    if len(text) > LONGEST_REASON:
        raise Invalid(
            f"The reason has {len(text)} characters; at most {LONGEST_REASON} are kept.",
            code="promotion.reason_too_long",
            field="reason",
        )
    return text
