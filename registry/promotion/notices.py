"""Mails about promotions: to the people who may approve one, and to who asked when it is decided."""

import uuid

from accounts.mailing import absolute
from accounts.models import User
from accounts.notices import notify

from .approvers import possible
from .models import Promotion


def tell_approvers(promotion: Promotion) -> None:
    """Tell those who may approve that something waits for them; in the transaction of the request."""
    for user in possible(promotion):
        notify(user, "promotion_waiting", **_facts(promotion))


def tell_requester(promotion: Promotion) -> None:
    """Tell who asked what became of it. A service has no mail."""
    if promotion.requester_kind != "user":
        return
    try:
        user = User.objects.filter(pk=uuid.UUID(promotion.requester_ref), is_active=True).first()
    except ValueError:
        return
    if user is not None:
        notify(user, "promotion_decided", **_facts(promotion), outcome=promotion.get_state_display().lower())


def _facts(promotion: Promotion) -> dict[str, str]:
    return {
        "model": promotion.model.name,
        "version": str(promotion.number),
        "alias": promotion.alias,
        "until": f"{promotion.expires_at:%Y-%m-%d %H:%M} UTC",
        "page": absolute(promotion.get_absolute_url()),
    }
