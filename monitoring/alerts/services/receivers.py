"""Channels: creating them, opening their sealed settings, switching and testing them."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import time
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.crypto import envelope
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name
from modelops.secret_store.models import StoredSecret
from modelops.secret_store.services import set_secret, use_secret
from monitoring.alerts import audit_events as events
from monitoring.alerts.channels import Channel, channels
from monitoring.alerts.channels.settings import clean, shown
from monitoring.alerts.wording.texts import checked
from monitoring.models.alerts import (
    DUE,
    AlertChannel,
    AlertDelivery,
    ChannelSecret,
    DeliveryState,
    Severity,
)

from .lifecycle import account_of

LONGEST_NAME = 100
GONE, GONE_LIMIT = 410, 3
DIGESTS = (300, 86_400)


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


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """The names of all time zones; looked up once, because that reads hundreds of files."""
    return frozenset(available_timezones())


@dataclass(frozen=True)
class Hours:
    """When a channel may be used, and how often."""

    is_direct: bool = True
    window_s: int = 300
    repeat_s: int | None = None
    digest_s: int | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    quiet_weekends: bool = False
    quiet_below: str = Severity.CRITICAL.value
    timezone: str = "UTC"

    def checked(self, kind: type[Channel]) -> dict[str, Any]:
        """The columns; raises Invalid for half a pair of hours and for a time zone that nobody knows."""
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise Invalid("Quiet hours need a beginning and an end.", code="channel.invalid", field="quiet_until")
        if self.timezone not in zones():
            raise Invalid(
                "The time zone is a name like Europe/Vienna or UTC.", code="channel.invalid", field="timezone"
            )
        if self.digest_s is not None:
            self._check_digest(kind)
        return asdict(self)

    def _check_digest(self, kind: type[Channel]) -> None:
        least, most = DIGESTS
        if not kind.takes_digests:
            raise Invalid("Only e-mail is sent as a digest.", code="channel.invalid", field="digest_s")
        if self.digest_s is None or not least <= self.digest_s <= most:
            raise Invalid(f"A digest comes every {least} to {most:,} s.", code="channel.invalid", field="digest_s")
        if self.repeat_s:
            raise Invalid("What comes as a digest is not repeated.", code="channel.invalid", field="repeat_s")


@transaction.atomic
def create_channel(
    name: str,
    kind: str,
    config: Mapping[str, Any],
    *,
    actor: Actor,
    minimum_severity: Severity = Severity.INFO,
    hours: Hours | None = None,
    texts: Mapping[str, Any] | None = None,
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
        texts=checked(cls, texts or {}),
        **(hours or Hours()).checked(cls),
    )
    secret = {one.name for one in cls.fields if one.secret} & cleaned.keys()
    _seal(channel, {key: value for key, value in cleaned.items() if key not in secret})
    try:
        with transaction.atomic():
            channel.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            f"There is a channel {name} already; choose another name.", code="channel.exists", field="name"
        ) from None
    _store_secrets(channel, {key: cleaned[key] for key in secret}, actor=actor)
    record(events.CHANNEL_CREATED, channel, actor=actor, kind=kind, name=name)
    return channel


def open_channel(channel: AlertChannel) -> Channel:
    """The channel ready to send; the ledger knows of each secret that was handed out for it.

    Raises KeysUnavailable, UnknownKey, DecryptionFailed, or Unavailable for a secret that cannot be read.
    """
    config = _plain_settings(channel)
    kind = kind_of(channel.kind)
    if any(one.secret and one.name in config for one in kind.fields):
        config = _move_to_store(channel)
    for link in ChannelSecret.objects.filter(channel=channel).select_related("secret"):
        config[link.setting] = use_secret(link.secret, by=f"alert channel {channel.name}")
    return kind(config, allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS)


def shown_config(channel: AlertChannel) -> dict[str, Any]:
    """The settings as they may be shown: secrets are only "set" or "not set", and none is opened for it."""
    links: Any = channel.secret_settings
    return shown(kind_of(channel.kind), {**_plain_settings(channel), **{link.setting: True for link in links.all()}})


def _seal(channel: AlertChannel, config: Mapping[str, Any]) -> None:
    channel.sealed_config = envelope.seal(
        json.dumps(config).encode(), purpose=Purpose.FIELD, context=seal_context(channel)
    )


def _plain_settings(channel: AlertChannel) -> dict[str, Any]:
    plain = envelope.unseal(bytes(channel.sealed_config), purpose=Purpose.FIELD, context=seal_context(channel))
    config: dict[str, Any] = json.loads(plain)
    return config


def _store_secrets(channel: AlertChannel, values: Mapping[str, Any], *, actor: Actor) -> None:
    """One sealed row for each secret setting; the channel keeps only its id."""
    labels = {one.name: one.label for one in kind_of(channel.kind).fields}
    for setting, value in values.items():
        purpose = f"{labels[setting]} of the alert channel {channel.name}"[:200]
        name = f"channel-{channel.name}-{setting}"
        if len(name) > LONGEST_NAME or StoredSecret.objects.filter(name=name).exists():
            name = f"channel-{channel.pk.hex}-{setting}"
        secret = set_secret(name, str(value), purpose=purpose, actor=actor)
        ChannelSecret.objects.create(channel=channel, setting=setting, secret=secret)


@transaction.atomic
def _move_to_store(channel: AlertChannel) -> dict[str, Any]:
    """Bring the secrets of a channel from before the secret store into it; returns the other settings."""
    row = AlertChannel.objects.select_for_update(of=("self",)).get(pk=channel.pk)
    config = _plain_settings(row)
    secret = {one.name for one in kind_of(row.kind).fields if one.secret} & config.keys()
    _store_secrets(row, {key: config.pop(key) for key in sorted(secret)}, actor=Actor.system("alerts"))
    _seal(row, config)
    row.save(update_fields=["sealed_config"])
    channel.sealed_config = row.sealed_config
    return config


def note_arrived(channels: Sequence[uuid.UUID]) -> None:
    """A message arrived through each of them: they work, and are not gone."""
    rows = AlertChannel.objects.filter(pk__in=channels)
    rows.update(verified_at=timezone.now())
    rows.filter(gone_count__gt=0).update(gone_count=0)


def note_gone(channel: AlertChannel, code: int | None, *, actor: Actor) -> None:
    """Switch a channel off whose receiver says for the third time in a row that it is gone for good (410)."""
    if code != GONE:
        return
    AlertChannel.objects.filter(pk=channel.pk).update(gone_count=F("gone_count") + 1)
    channel.refresh_from_db(fields=["gone_count", "enabled"])
    if channel.enabled and channel.gone_count >= GONE_LIMIT:
        reason = f"The receiver answered {GONE} {channel.gone_count} times in a row: it is gone for good."
        set_enabled(channel, False, actor=actor, reason=reason)


@transaction.atomic
def set_enabled(channel: AlertChannel, enabled: bool, *, actor: Actor, reason: str = "") -> AlertChannel:
    """Switch a channel on or off. What still waits for one that is switched off is given up, visibly."""
    channel = AlertChannel.objects.select_for_update(of=("self",)).get(pk=channel.pk)
    if channel.enabled == enabled:
        return channel
    channel.enabled, channel.disabled_reason, channel.gone_count = enabled, reason, 0
    channel.save(update_fields=["enabled", "disabled_reason", "gone_count"])
    if not enabled:
        AlertDelivery.objects.filter(channel=channel, state__in=DUE).update(
            state=DeliveryState.DEAD, next_attempt_at=None, last_reason="The channel was switched off."
        )
    record(events.CHANNEL_ENABLED if enabled else events.CHANNEL_DISABLED, channel, actor=actor, name=channel.name)
    return channel
