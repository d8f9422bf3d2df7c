"""Giving a channel texts of its own, and showing what comes of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from compliance.audit import Actor, record
from monitoring.alerts import audit_events as events
from monitoring.alerts.channels import Message
from monitoring.alerts.links import ACTIONS
from monitoring.alerts.wording.texts import OCCASIONS, RESOLVED, checked, worded
from monitoring.models.alerts import AlertChannel

from .receivers import kind_of

_ID = "00000000-0000-7000-8000-0000000e3a5c"


@transaction.atomic
def set_texts(channel: AlertChannel, texts: Mapping[str, Any], *, actor: Actor) -> AlertChannel:
    """Replace the texts of a channel; what is left out or empty is worded by the portal.

    Raises Invalid that names the text, the place in it and, for an unknown variable, the nearest known one.
    """
    channel = AlertChannel.objects.select_for_update(of=("self",)).get(pk=channel.pk)
    cleaned = checked(kind_of(channel.kind), texts)
    if cleaned != channel.texts:
        channel.texts = cleaned
        channel.save(update_fields=["texts"])
        named = ", ".join(f"{occasion} {part}" for occasion in OCCASIONS for part in cleaned.get(occasion, {}))
        record(events.CHANNEL_REWORDED, channel, actor=actor, name=channel.name, texts=named or "none")
    return channel


def previews(channel: AlertChannel, texts: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Title and text of a sample alert at each occasion, as a receiver of this channel would read them."""
    kind = kind_of(channel.kind)
    return {occasion: kind.said(worded(sample(occasion), kind, texts, channel=channel.name)) for occasion in OCCASIONS}


def sample(occasion: str) -> Message:
    """A message about an alert that there never was."""
    portal = settings.MODELOPS_BASE_URL.rstrip("/")
    said = Message(
        delivery_id="00000000-0000-7000-8000-000000000001",
        event=f"alert.{'again' if occasion == 'repeated' else occasion}",
        alert_id=_ID,
        key="sample:accuracy",
        title="Accuracy of a sample model is 0.71",
        body="It is below its limit of 0.80.",
        severity="high",
        state="open",
        count=3,
        opened_at=datetime(2026, 1, 5, 9, 30, tzinfo=UTC),
        url=f"{portal}/alerts/{_ID}/",
        group="sample",
        others=1,
        other_titles=("Latency of a sample model is 900 ms",),
        why="this channel takes high alerts",
        runbook_url=f"{portal}/runbook",
        details={"accuracy": 0.71, "limit": 0.8},
        links=tuple((words, f"{portal}/alerts/do/sample/") for words in ACTIONS.values()),
    )
    if occasion == RESOLVED:
        return replace(said, state="resolved", others=0, other_titles=(), links=(), why="the alert is over")
    return said
