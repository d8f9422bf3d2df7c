"""Confirming an e-mail address and changing it. Until it is confirmed, mails go to the former one or to nobody."""

from django.db import transaction
from django.utils import timezone

from accounts.actors import actor_of
from accounts.models import User
from accounts.notices import notify
from accounts.recovering.audit_events import ADDRESS_ASKED, ADDRESS_CONFIRMED
from accounts.recovering.models import MailedLink
from accounts.services.people import checked_address
from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, NotFound

from . import links


@transaction.atomic
def ask(user: User, address: str, *, actor: Actor) -> None:
    """Mail a link to ``address``; it becomes the account's own when the person opens the link, signed in.

    The former address is told. Raises Invalid for what is no address and Conflict for the present, confirmed one.
    """
    address = checked_address(address.strip())
    if address == user.confirmed_email:
        raise Conflict("This is your address already, and it is confirmed.", code="email.present")
    links.ask_for(MailedLink.Purpose.ADDRESS, user, address)
    record(ADDRESS_ASKED, user, actor=actor)
    if user.confirmed_email:
        notify(user, "address_changed", address=user.confirmed_email)


def ask_for_present(user: User) -> None:
    """Mail a link to the address that an inviter or administrator wrote down; runs in the caller's transaction."""
    if user.email and not user.email_confirmed_at:
        links.ask_for(MailedLink.Purpose.ADDRESS, user, user.email)


def find(user: User, token: str) -> MailedLink:
    """The link when it was mailed for ``user``. Raises NotFound: somebody else's link is none."""
    link, holder = links.find_open(MailedLink.Purpose.ADDRESS, token)
    if holder != user:
        raise NotFound("This link belongs to another account. Sign in with that one to use it.", code="link.not_valid")
    return link


@transaction.atomic
def confirm(user: User, token: str) -> None:
    """The address of the link is the account's own and confirmed from now on. Raises NotFound."""
    find(user, token)
    link, _ = links.find_open(MailedLink.Purpose.ADDRESS, token, lock=True)
    links.use(link)
    user.email, user.email_confirmed_at = link.address, timezone.now()
    user.save(update_fields=["email", "email_confirmed_at"])
    record(ADDRESS_CONFIRMED, user, actor=actor_of(user))
