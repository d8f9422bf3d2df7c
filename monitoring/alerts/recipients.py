"""Who may get alerts by mail: everybody but accounts whose address nobody has confirmed."""

from collections.abc import Sequence

from django.db.models.functions import Lower

from accounts.models import User

from .channels import Channel, DeliveryFailed
from .channels.email import Email


def reachable(addresses: Sequence[str]) -> list[str]:
    """``addresses`` without those that an account has written down and not confirmed; others are nobody's account."""
    low = {address.lower() for address in addresses}
    named = User.objects.alias(low_email=Lower("email")).filter(low_email__in=low)
    found = list(named.values_list("email", "email_confirmed_at"))
    confirmed = {email.lower() for email, at in found if at is not None}
    unconfirmed = {email.lower() for email, at in found if at is None} - confirmed
    return [address for address in addresses if address.lower() not in unconfirmed]


def without_unconfirmed(channel: Channel) -> Channel:
    """The channel with the recipients that may be written to. Raises DeliveryFailed when none is left."""
    if isinstance(channel, Email):
        left = reachable(channel.config["to"])
        if not left:
            raise DeliveryFailed(
                "No recipient has confirmed the address of their account. They do so under Security.", permanent=True
            )
        channel.config["to"] = left
    return channel
