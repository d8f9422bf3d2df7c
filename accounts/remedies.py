"""What puts findings about accounts right by one act."""

import datetime as dt
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.remedies import remedy

from .audit_events import FACTOR_REQUIRED
from .models import ApiKey, Invitation, TOTPDevice, User
from .passkeys.models import Passkey
from .services import revoke_api_key
from .services.invitations import invite_again
from .services.sessions import revoke_everything

KEY_UNUSED_FOR: Final = dt.timedelta(days=90)
# Between the password that somebody chose by their link and the factor that they enrol next.
JOINING_FOR: Final = dt.timedelta(hours=1)
_AT_ONCE: Final = 500


def staff_without_factor() -> "QuerySet[User]":
    """Active staff without a confirmed factor, the invited included."""
    staff = User.objects.filter(Q(is_staff=True) | Q(is_superuser=True), is_active=True, is_service=False)
    app = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
    passkey = Passkey.objects.filter(user=OuterRef("pk"), confirmed=True)
    return staff.filter(~Exists(app), ~Exists(passkey))


def unused_keys() -> "QuerySet[ApiKey]":
    """Live keys that opened nothing for 90 days."""
    before = timezone.now() - KEY_UNUSED_FOR
    live = ApiKey.objects.filter(revoked_at=None, expires_at__gt=timezone.now(), owner__is_active=True)
    return live.filter(Q(last_used_at=None) | Q(last_used_at__lt=before), created_at__lt=before)


@remedy(
    "AUTH-1",
    "second-factors",
    label="Require TOTP for staff",
    effect="Staff without a second factor lose their password and every session, and are mailed a link by which they "
    "choose a new password and enrol an authenticator app. Who has just done the former has an hour for the latter.",
    permission="accounts.change_user",
)
@transaction.atomic
def require_second_factors(by: User, *, actor: Actor) -> str:
    """A password alone opens nothing any more: whoever has no factor joins anew by a link, as when they were invited.

    Otherwise whoever knows such a password enrols a factor of their own. A superuser is left to a superuser, and who
    is joining is left to finish: pressed twice, the button does not undo what it has asked for.
    """
    done = unreached = joining = 0
    since = timezone.now() - JOINING_FOR
    for user in staff_without_factor().order_by("date_joined").select_for_update(of=("self",))[:_AT_ONCE]:
        if not user.has_usable_password() or (user.is_superuser and not by.is_superuser):
            continue
        if Invitation.objects.filter(user=user, accepted_at__gt=since).exists():
            joining += 1
            continue
        if user.has_second_factor:  # enrolled while this waited for the row
            continue
        user.set_unusable_password()
        user.save(update_fields=["password"])
        ended = revoke_everything(user)
        record(FACTOR_REQUIRED, user, actor=actor, sessions=ended)
        invite_again(user, actor=actor)
        done += 1
        unreached += not user.email
    left = f" {joining} just joined and may still enrol: press again in an hour." if joining else ""
    if not done:
        return left.strip() or "Nobody had to be asked: accounts of superusers are for a superuser."
    told = f"{done} {'account needs' if done == 1 else 'accounts need'} a second factor before it opens anything again."
    unmailed = f" {unreached} without an address: make the link on the list of accounts." if unreached else ""
    return told + unmailed + left


@remedy(
    "accounts.api_keys",
    "unused-keys",
    label="Revoke unused keys",
    effect="API keys that were made, and last used, more than 90 days ago stop with their next request.",
    permission="accounts.change_apikey",
)
@transaction.atomic
def revoke_unused(by: User, *, actor: Actor) -> str:
    """Keys that are old and in use are left: rotating them is for who holds them."""
    done = 0
    for key in unused_keys().select_related("owner").order_by("created_at")[:_AT_ONCE]:
        if not (key.owner.is_superuser and not by.is_superuser):
            done += revoke_api_key(key, actor=actor)
    return f"{done} unused {'key is' if done == 1 else 'keys are'} revoked." if done else "No key was unused."
