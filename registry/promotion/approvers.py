"""Who may approve a promotion: people with the permission who may see the model, and never who asked for it."""

import uuid

from django.db.models import Q

from accounts.models import User
from compliance.audit import Actor
from modelops.lib.errors import NotAllowed
from modelops.lib.implied import implied_by
from registry.models import ModelVersion

from .models import Promotion, PromotionApproval

APPROVE = "promotion.approve_promotion"
MOST_TOLD = 50


def require_approver(promotion: Promotion, actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` may decide about ``promotion``."""
    if actor.kind != "user":
        raise NotAllowed("A promotion is approved by a person; this account is none.", code="promotion.needs_person")
    if promotion.requester_ref == actor.ref:
        raise NotAllowed(
            "You asked for this promotion yourself. Others with the permission must approve it.",
            code="promotion.own_request",
        )
    if not may_decide(promotion, actor.ref):
        raise NotAllowed(
            f"Your role does not approve promotions of {promotion.model}, or you may not see the model any more.",
            code="promotion.not_approver",
        )


def may_decide(promotion: Promotion, ref: str) -> bool:
    """Whether the account behind ``ref`` is active, holds the permission and may see the version, now."""
    try:
        user = User.objects.filter(pk=uuid.UUID(ref), is_active=True).first()
    except ValueError:
        return False
    if user is None or user.is_service or not user.has_perm(APPROVE):
        return False
    return ModelVersion.objects.known_to(user).filter(model=promotion.model_id, number=promotion.number).exists()


def standing(promotion: Promotion) -> list[PromotionApproval]:
    """The approvals that count now: of exactly this payload, by people who may still approve."""
    rows = promotion.approvals.filter(payload_digest=promotion.payload_digest).order_by("id")
    return [row for row in rows if may_decide(promotion, row.approver_ref)]


def possible(promotion: Promotion) -> list[User]:
    """People who may approve it now and have not yet, at most `MOST_TOLD`."""
    done = set(promotion.approvals.values_list("approver_ref", flat=True)) | {promotion.requester_ref}
    found = []
    held = Q()
    for name in (APPROVE, *implied_by(APPROVE)):
        app, _, codename = name.partition(".")
        for path in ("groups__permissions", "user_permissions"):
            held |= Q(**{f"{path}__codename": codename, f"{path}__content_type__app_label": app})
    people = User.objects.filter(held, is_active=True, is_service=False).distinct().order_by("pk")
    for user in people.iterator(chunk_size=200):
        if str(user.pk) not in done and may_decide(promotion, str(user.pk)):
            found.append(user)
            if len(found) == MOST_TOLD:
                break
    return found
