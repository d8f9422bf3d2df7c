"""Channels: creating them, opening their sealed settings, switching and testing them."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from compliance.audit import Actor, record
from modelops.crypto import envelope
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name
from monitoring.alerts import audit_events as events
from monitoring.alerts.channels import Channel, channels
from monitoring.alerts.channels.settings import clean, shown
from monitoring.models.alerts import DUE, AlertChannel, AlertDelivery, DeliveryState, Severity

from .lifecycle import account_of


def seal_context(channel: AlertChannel) -> bytes:
    """What the settings are sealed for: this channel alone."""
    return f"monitoring.alertchannel:{channel.pk}".encode()


def kind_of(key: object) -> type[Channel]:
    """The class of a kind of channel; raises Invalid with the known kinds."""
    if not isinstance(key, str) or key not in channels:
        known = ", ".join(channels.keys())
        raise Invalid(
            f"There is no such kind of channel; known kinds: {known}.", code="channel.unknown_kind", field="kind"
        )
    return channels.get(key)


@transaction.atomic
def create_channel(
    name: str,
    kind: str,
    config: Mapping[str, Any],
    *,
    actor: Actor,
    minimum_severity: Severity = Severity.INFO,
) -> AlertChannel:
    """Store a channel with its settings sealed. Nothing is sent; addresses that may never be called are refused."""
    validate_name(name, "channel")
    cls = kind_of(kind)
    cleaned = clean(cls, config)
    receiver = cls(cleaned, allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS)
    receiver.check()
    channel = AlertChannel(
        name=name,
        kind=kind,
        destination=receiver.destination()[:300],
        minimum_severity=minimum_severity,
        created_by_id=account_of(actor),
    )
    channel.sealed_config = envelope.seal(
        json.dumps(cleaned).encode(), purpose=Purpose.FIELD, context=seal_context(channel)
    )
    try:
        with transaction.atomic():
            channel.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            f"There is a channel {name} already; choose another name.", code="channel.exists", field="name"
        ) from None
    record(events.CHANNEL_CREATED, channel, actor=actor, kind=kind, name=name)
    return channel


def open_channel(channel: AlertChannel) -> Channel:
    """The channel ready to send. Raises KeysUnavailable, UnknownKey or DecryptionFailed."""
    plain = envelope.unseal(bytes(channel.sealed_config), purpose=Purpose.FIELD, context=seal_context(channel))
    return kind_of(channel.kind)(json.loads(plain), allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS)


def shown_config(channel: AlertChannel) -> dict[str, Any]:
    """The settings as they may be shown: secrets are only "set" or "not set"."""
    return shown(kind_of(channel.kind), open_channel(channel).config)


@transaction.atomic
def set_enabled(channel: AlertChannel, enabled: bool, *, actor: Actor) -> AlertChannel:
    """Switch a channel on or off. What still waits for one that is switched off is given up, visibly."""
    channel = AlertChannel.objects.select_for_update(of=("self",)).get(pk=channel.pk)
    if channel.enabled == enabled:
        return channel
    channel.enabled = enabled
    channel.save(update_fields=["enabled"])
    if not enabled:
        AlertDelivery.objects.filter(channel=channel, state__in=DUE).update(
            state=DeliveryState.DEAD, next_attempt_at=None, last_reason="The channel was switched off."
        )
    record(events.CHANNEL_ENABLED if enabled else events.CHANNEL_DISABLED, channel, actor=actor, name=channel.name)
    return channel
