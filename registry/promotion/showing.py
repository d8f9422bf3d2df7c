"""What the page of a promotion shows: each gate then and now, who approved, and what whoever looks can do."""

from dataclasses import asdict
from typing import Any

from registry.aliases.gate import Outcome

from .approvers import APPROVE, may_decide
from .deciding import as_it_is_now
from .models import Promotion
from .payload import differences
from .people import names_of


def shown_promotion(promotion: Promotion, user: Any) -> dict[str, Any]:
    """The context of the page."""
    approvals = list(promotion.approvals.order_by("id"))
    names = names_of([promotion.requester_ref, *(row.approver_ref for row in approvals)])
    changed: list[str] = []
    later: list[dict[str, Any]] = promotion.final_gates or []
    if promotion.is_waiting:
        now, outcomes = as_it_is_now(promotion)
        changed = differences(promotion.payload, now) if now else ["the version (it was deleted)"]
        later = [asdict(one) for one in outcomes]
    ref = str(user.pk)
    has_approved = any(row.approver_ref == ref for row in approvals)
    is_mine = promotion.requester_ref == ref
    may_approve = promotion.is_waiting and not is_mine and user.has_perm(APPROVE) and may_decide(promotion, ref)
    return {
        "promotion": promotion,
        "model": promotion.model,
        "requester": names.get(promotion.requester_ref, ""),
        "approvals": [(names.get(row.approver_ref, ""), row.approved_at) for row in approvals],
        "missing": max(promotion.approvals_needed - len(approvals), 0),
        "gates": gate_rows(promotion.gates, later, overridden=bool(promotion.override_reason)),
        "changed": changed,
        "may_approve": may_approve and not has_approved and not changed,
        "may_reject": may_approve,
        "may_withdraw": is_mine and promotion.is_waiting,
        "has_approved": has_approved,
        "is_mine": is_mine,
    }


def gate_rows(
    asked: list[dict[str, Any]], later: list[dict[str, Any]], *, overridden: bool = False
) -> list[dict[str, Any]]:
    """Gates by name, with what was said when it was asked for and what was said later."""
    afterwards = {one["gate"]: one for one in later}
    rows = []
    for one in sorted(asked, key=lambda one: (one["passed"], one["label"])):
        then = afterwards.pop(one["gate"], None)
        rows.append({**one, "later": then, "is_overridden": overridden and not one["passed"]})
    rows += [{**one, "later": None, "is_new": True} for one in afterwards.values()]
    return rows


def outcome_rows(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    """The same for a version that nobody asked for yet."""
    return gate_rows([asdict(one) for one in outcomes], [])
