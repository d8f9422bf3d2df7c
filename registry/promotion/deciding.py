"""Approving and rejecting. The last approval moves the alias, in the transaction in which every gate said yes again."""

from dataclasses import asdict
from typing import Any

from django.db import transaction

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from registry.aliases import services as aliases
from registry.aliases.gate import Outcome, ask_all
from registry.models import ModelVersion

from . import approvers, closing
from . import audit_events as events
from .models import Promotion, PromotionApproval, State
from .payload import differences, digest_of, payload_of
from .policies import policy_for
from .requesting import clean_reason


def approve(promotion: Promotion, *, digest: str = "", actor: Actor) -> Promotion:
    """Say yes to exactly this payload; whoever completes the number moves the alias. Of many at once one does it.

    ``digest`` is that of what the person saw, where the caller knows it. Raises NotAllowed for the requester, for who
    may not approve and for accounts that are nobody; Conflict for a request that is decided or too old, for a second
    approval of the same person, and when anything is not as it was asked for: then the request is closed as outdated.
    """
    with transaction.atomic():
        promotion = closing.locked(promotion)
        approvers.require_approver(promotion, actor)
        closing.require_undecided(promotion)
        if digest and digest != promotion.payload_digest:
            raise Conflict(
                "What you approve is not what was asked for. Look at the promotion again.",
                code="promotion.other_payload",
                field="payload_digest",
            )
        if promotion.approvals.filter(approver_ref=actor.ref).exists():
            raise Conflict(
                "You have approved this already; it waits for somebody else.", code="promotion.approved_already"
            )
        now, outcomes = as_it_is_now(promotion)
        changed = differences(promotion.payload, now) if now else ["the version (it was deleted)"]
        if changed:
            outdate(promotion, changed, outcomes)
        else:
            _add_approval(promotion, actor)
            given = approvers.standing(promotion)
            if len(given) >= promotion.approvals_needed:
                _execute(promotion, outcomes, given, actor)
    if changed:  # after the commit, so that the request stays closed
        raise Conflict(
            f"This promotion is outdated: {', '.join(changed)} changed since it was asked for. Ask for it again.",
            code="promotion.outdated",
        )
    return promotion


def as_it_is_now(promotion: Promotion) -> tuple[dict[str, Any], list[Outcome]]:
    """The payload as it would be asked for now, and what the gates say now."""
    version = ModelVersion.objects.select_related("model", "artifact").filter(pk=promotion.version_id).first()
    if version is None or version.is_deleted or version.model.is_deleted:
        return {}, []
    outcomes = ask_all(version)
    policy = policy_for(version.model)
    payload = payload_of(
        promotion.alias, version, outcomes, policy, kind=promotion.kind, override=promotion.override_reason
    )
    return payload, outcomes


def _add_approval(promotion: Promotion, actor: Actor) -> None:
    PromotionApproval.objects.create(
        promotion=promotion,
        approver_ref=actor.ref,
        requester_ref=promotion.requester_ref,
        payload_digest=promotion.payload_digest,
    )
    record(
        events.APPROVED, promotion, actor=actor, **events.about(promotion), digest=promotion.payload_digest,
        given=len(approvers.standing(promotion)), needed=promotion.approvals_needed, asked_by=promotion.requester_ref,
    )  # fmt: skip


def _execute(promotion: Promotion, outcomes: list[Outcome], given: list[PromotionApproval], actor: Actor) -> None:
    if digest_of(promotion.payload) != promotion.payload_digest:
        raise Conflict(
            "The stored request does not have the digest that was approved. Ask for the promotion again and tell "
            "whoever runs the portal.",
            code="promotion.altered",
        )
    version = ModelVersion.objects.select_related("model").get(pk=promotion.version_id)
    aliases.move(promotion.model, promotion.alias, version, outcomes, actor=actor)
    closing.close(promotion, State.EXECUTED, final_gates=[asdict(one) for one in outcomes])
    record(
        events.EXECUTED, promotion, actor=actor, **events.about(promotion), digest=promotion.payload_digest,
        asked_by=promotion.requester_ref, approvers=", ".join(row.approver_ref for row in given),
        overridden=", ".join(one["gate"] for one in promotion.failed_gates),
    )  # fmt: skip


def outdate(promotion: Promotion, changed: list[str], outcomes: list[Outcome]) -> None:
    """Close a request that is not what was asked for any more; the caller holds its row."""
    said = f"Changed since: {', '.join(changed)}."
    closing.close(promotion, State.OUTDATED, final_gates=[asdict(one) for one in outcomes], decision_reason=said[:500])
    record(
        events.OUTDATED, promotion, actor=Actor.system("promotion"), **events.about(promotion),
        changed=", ".join(changed),
    )  # fmt: skip


@transaction.atomic
def reject(promotion: Promotion, reason: str, *, actor: Actor) -> Promotion:
    """Say no, with the reason, once for all. Raises as `approve` does, and Invalid without a reason."""
    promotion = closing.locked(promotion)
    approvers.require_approver(promotion, actor)
    closing.require_undecided(promotion)
    reason = clean_reason(reason)
    if not reason:
        raise Invalid("Say why it is rejected.", code="promotion.reason_missing", field="reason")
    closing.close(promotion, State.REJECTED, decision_reason=reason)
    record(events.REJECTED, promotion, actor=actor, **events.about(promotion), asked_by=promotion.requester_ref)
    return promotion
