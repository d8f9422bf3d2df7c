"""Invitations: the only way to an account of one's own."""

import datetime as dt
import logging
import secrets
import smtplib

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.actors import actor_of
from accounts.audit_events import INVITATION_ACCEPTED, INVITATION_REVOKED, USER_INVITED, USER_MADE_READY
from accounts.models import Invitation, User
from accounts.passwords import validated
from compliance.audit import Actor, record
from modelops.crypto.keyed import keyed_digest, keyed_digests
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Conflict, NotFound

from .people import make_account, role_named

logger = logging.getLogger(__name__)

VALID_FOR = dt.timedelta(hours=72)
FIRST_ADMINISTRATOR = "admin"
_CONTEXT = b"accounts.invitation"


def link(token: str, base_url: str | None = None) -> str:
    """The address that an invited person opens."""
    return (base_url or settings.MODELOPS_BASE_URL).rstrip("/") + reverse("accounts:invitation", args=[token])


@transaction.atomic
def invite(
    username: str, role: str, *, actor: Actor, email: str = "", base_url: str | None = None
) -> tuple[Invitation, str]:
    """Make an account for a person and return its invitation and the link, which is shown once.

    The role is the inviter's decision. With an e-mail address the link is mailed as well. Raises Invalid and Conflict.
    """
    wanted = role_named(role)
    if wanted.service:
        raise Conflict(
            f"{wanted.name} is a role for services. Make the account with create_user and give it an API key.",
            code="role.not_fitting",
        )
    user = make_account(username, wanted, email)
    return _issue(user, wanted.name, actor=actor, base_url=base_url)


@transaction.atomic
def make_service_account(username: str, role: str, *, actor: Actor) -> User:
    """A service account; it has no password and works with API keys only."""
    wanted = role_named(role)
    if not wanted.service:
        raise Conflict(f"{wanted.name} is a role for people; invite the person.", code="role.not_fitting")
    user = make_account(username, wanted)
    record(USER_MADE_READY, user, actor=actor, role=wanted.name)
    return user


@transaction.atomic
def invite_again(user: User, *, actor: Actor, base_url: str | None = None) -> tuple[Invitation, str]:
    """A new link in place of the old one. Raises Conflict when the person has accepted already."""
    if user.has_usable_password() or user.is_service:
        raise Conflict("This account needs no invitation: it is in use already.", code="invitation.not_needed")
    return _issue(user, user.role, actor=actor, base_url=base_url)


@transaction.atomic
def invite_first_administrator(base_url: str | None = None) -> str | None:
    """The link with which the first administrator (a superuser, ``admin``) sets up their account.

    A new link replaces the old one while nobody accepted it; None when the account is in use.
    """
    actor = Actor.system("setup")
    user = User.objects.filter(username=FIRST_ADMINISTRATOR).first()
    if user is None:
        user = User(username=FIRST_ADMINISTRATOR, is_staff=True, is_superuser=True)
        user.set_unusable_password()
        user.save(force_insert=True)
    if user.has_usable_password():
        return None
    return _issue(user, "Superuser", actor=actor, base_url=base_url)[1]


def _issue(user: User, role: str, *, actor: Actor, base_url: str | None) -> tuple[Invitation, str]:
    User.objects.select_for_update().get(pk=user.pk)
    now = timezone.now()
    Invitation.objects.filter(user=user, accepted_at=None, revoked_at=None).update(revoked_at=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        user=user,
        role=role,
        token_digest=keyed_digest(Purpose.API_KEY, _CONTEXT, token.encode()),
        inviter_kind=actor.kind,
        inviter_ref=actor.ref,
        expires_at=now + VALID_FOR,
    )
    personal = {"name": user.username, "email": user.email}
    record(USER_INVITED, user, actor=actor, personal=personal, subject=user, role=role)
    address = link(token, base_url)
    if user.email:
        transaction.on_commit(lambda: _mail(user.email, address))
    return invitation, address


def _mail(email: str, address: str) -> None:
    body = render_to_string(
        "accounts/mail/invitation.txt", {"link": address, "hours": VALID_FOR.total_seconds() // 3600}
    )
    try:
        send_mail("You are invited to the ModelOps portal", body, None, [email])
    except (OSError, smtplib.SMTPException) as error:
        # The inviter has the link on the screen; a mail server that is down does not undo the invitation.
        logger.warning("An invitation could not be mailed: %s", type(error).__name__)


def find_open(token: str) -> Invitation:
    """The invitation of a link. Raises NotFound when it is unknown, used, replaced or older than 72 hours."""
    digests = keyed_digests(Purpose.API_KEY, _CONTEXT, token.encode())
    invitation = Invitation.objects.open().filter(token_digest__in=digests).select_related("user").first()
    if invitation is None or not invitation.user.is_active:
        raise NotFound(
            "This invitation is used, replaced or older than 72 hours. Ask for a new one.", code="invitation.not_valid"
        )
    return invitation


@transaction.atomic
def accept(token: str, password: str) -> User:
    """Set the password of an invited account; the invitation is used up. Raises NotFound and Invalid."""
    invitation = find_open(token)
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if locked.state != "open":
        raise NotFound("This invitation was used a moment ago. Sign in.", code="invitation.not_valid")
    user = invitation.user
    user.set_password(validated(password, user))
    user.save(update_fields=["password"])
    locked.accepted_at = timezone.now()
    locked.save(update_fields=["accepted_at"])
    record(INVITATION_ACCEPTED, user, actor=actor_of(user), role=locked.role)
    return user


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, actor: Actor) -> bool:
    """Make an open invitation useless; False when it was not open."""
    changed = Invitation.objects.filter(pk=invitation.pk).open().update(revoked_at=timezone.now())
    if changed:
        record(INVITATION_REVOKED, invitation.user, actor=actor)
    return bool(changed)
