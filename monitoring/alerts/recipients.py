"""Who may get alerts by mail: everybody but accounts whose address nobody has confirmed; and who is on call."""

from collections.abc import Sequence

from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import User
from monitoring.models.alert_on_call import OnCallRota

from .channels import Channel, DeliveryFailed
from .channels.email import Email
from .channels.on_call import OnCall
from .on_call.looking import on_call, with_people


def reachable(addresses: Sequence[str]) -> list[str]:
    """``addresses`` without those that an account has written down and not confirmed; others are nobody's account."""
    low = {address.lower() for address in addresses}
    named = User.objects.alias(low_email=Lower("email")).filter(low_email__in=low)
    found = list(named.values_list("email", "email_confirmed_at"))
    confirmed = {email.lower() for email, at in found if at is not None}
    unconfirmed = {email.lower() for email, at in found if at is None} - confirmed
    return [address for address in addresses if address.lower() not in unconfirmed]


def addressed(channel: Channel) -> Channel:
    """The channel with the recipients that may be written to now. Raises DeliveryFailed when there is none."""
    if isinstance(channel, OnCall):
        return OnCall({**channel.config, "to": [_on_call_address(channel.config["rota"])]}, channel.allow_private)
    if isinstance(channel, Email):
        left = reachable(channel.config["to"])
        if not left:
            raise DeliveryFailed(
                "No recipient has confirmed the address of their account. They do so under Security.", permanent=True
            )
        return type(channel)({**channel.config, "to": left}, channel.allow_private)
    return channel


def _on_call_address(name: str) -> str:
    # Tried again when nobody is found: somebody may cover, or confirm an address, within the hour.
    rota = with_people(OnCallRota.objects.filter(name=name)).first()
    person = on_call(rota, timezone.now()) if rota is not None else None
    if person is None:
        raise DeliveryFailed(f"Nobody is on call in the rota {name}.")
    if not person.confirmed_email:
        raise DeliveryFailed(
            f"Who is on call in the rota {name} has no confirmed address; they confirm it under Security."
        )
    return person.confirmed_email
