"""A lost second factor: another person asks for its removal, the holder is told, and it waits."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.actors import actor_of
from accounts.models import User
from accounts.notices import notify
from accounts.recovering.audit_events import FACTOR_RESET_ASKED, FACTOR_RESET_CANCELLED
from accounts.recovering.models import FactorReset, MailedLink
from accounts.services.factors import remove_second_factor
from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, NotFound

from . import links


@transaction.atomic
def ask(user: User, *, actor: Actor) -> FactorReset:
    """Begin the wait after which the second factor of ``user`` is removed; the holder is mailed a link that stops it.

    Raises Conflict for oneself, for an account without a second factor, and while another reset waits.
    """
    if actor == actor_of(user):
        raise Conflict("Ask another administrator to reset your second factor.", code="factor.own")
    User.objects.select_for_update().get(pk=user.pk)
    if not user.has_second_factor:
        raise Conflict("This account has no second factor. The person enrols one at the sign-in.", code="factor.none")
    if FactorReset.objects.filter(user=user, cancelled_at=None, done_at=None).exists():
        raise Conflict("A reset of this second factor waits already.", code="factor_reset.waiting")
    hours = settings.MODELOPS_FACTOR_RESET_HOURS
    reset = FactorReset.objects.create(
        user=user,
        requested_by_kind=actor.kind,
        requested_by_ref=actor.ref,
        due_at=timezone.now() + dt.timedelta(hours=hours),
    )
    record(FACTOR_RESET_ASKED, user, actor=actor, hours=hours)
    if user.confirmed_email:
        links.ask_for(MailedLink.Purpose.KEEP_FACTOR, user, user.confirmed_email)
    return reset


@transaction.atomic
def cancel(user: User, *, actor: Actor) -> None:
    """Stop a reset that waits. Raises NotFound when none does."""
    now = timezone.now()
    stopped = FactorReset.objects.filter(user=user, cancelled_at=None, done_at=None).update(cancelled_at=now)
    if not stopped:
        raise NotFound("No reset of a second factor waits for this account.", code="factor_reset.none")
    MailedLink.objects.filter(user=user, purpose=MailedLink.Purpose.KEEP_FACTOR, used_at=None, revoked_at=None).update(
        revoked_at=now
    )
    record(FACTOR_RESET_CANCELLED, user, actor=actor)
    notify(user, "factor_reset_cancelled")


@transaction.atomic
def stop(reset: FactorReset, *, actor: Actor) -> None:
    """Stop one that waits, as `cancel` does; somebody else does it. Raises Conflict when it waits no longer."""
    waiting = FactorReset.objects.select_for_update().filter(pk=reset.pk, cancelled_at=None, done_at=None)
    if not waiting.exists():
        raise Conflict(f"This reset is {reset.state} already.", code="factor_reset.over")
    cancel(reset.user, actor=actor)


@transaction.atomic
def cancel_by_link(token: str) -> None:
    """The holder opened the link that was mailed. Raises NotFound."""
    link, user = links.find_open(MailedLink.Purpose.KEEP_FACTOR, token, lock=True)
    links.use(link)
    cancel(user, actor=actor_of(user))


def do_due() -> int:
    """Remove the factors whose wait is over; returns how many. Safe to run twice at once."""
    done = 0
    while _do_next():
        done += 1
    return done


@transaction.atomic
def _do_next() -> bool:
    now = timezone.now()
    reset = (
        FactorReset.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("user")
        .filter(cancelled_at=None, done_at=None, due_at__lte=now)
        .order_by("due_at")
        .first()
    )
    if reset is None:
        return False
    reset.done_at = now
    reset.save(update_fields=["done_at"])
    remove_second_factor(reset.user, actor=Actor.system("factor reset"))
    notify(reset.user, "factor_reset_done")
    return True
