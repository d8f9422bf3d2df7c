"""The least that a test of alerting needs."""

from datetime import UTC, datetime
from typing import Any

from django.test import override_settings

from compliance.audit import Actor
from monitoring.alerts import services
from monitoring.alerts.channels import Message
from monitoring.models import Alert, AlertChannel
from monitoring.models.alerts import Severity

ACTOR = Actor.system("test")


def message(**changes: Any) -> Message:
    """A message about a drift alert."""
    given: dict[str, Any] = {
        "delivery_id": "0198c000-0000-7000-8000-000000000001",
        "event": "alert.opened",
        "alert_id": "0198c000-0000-7000-8000-000000000002",
        "key": "drift:flights:flights",
        "title": "Drift in flights v2: 6 of 9 features moved",
        "body": "Compared with flights v1, these features moved: dep_delay, arr_delay.",
        "severity": "high",
        "state": "open",
        "count": 1,
        "opened_at": datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        "url": "http://localhost:8000/alerts/0198c000-0000-7000-8000-000000000002/",
        "source_type": "monitoring.driftrun",
        "source_id": "0198c000-0000-7000-8000-000000000003",
    }
    return Message(**{**given, **changes})


def make_channel(name: str = "hook", url: str = "http://127.0.0.1:9000/hook-token", **changes: Any) -> AlertChannel:
    """A webhook channel on this machine."""
    minimum = changes.pop("minimum_severity", Severity.INFO)
    with override_settings(MODELOPS_ALLOW_PRIVATE_RECEIVERS=True):
        return services.create_channel(
            name, "webhook", {"url": url, "secret": "hook-secret", **changes}, minimum_severity=minimum, actor=ACTOR
        )


def open_alert(key: str = "k", **changes: Any) -> Alert:
    """An alert about nothing in particular."""
    given: dict[str, Any] = {"title": "Something moved", "severity": Severity.MEDIUM, "actor": ACTOR}
    given |= changes
    return services.raise_alert(key, given.pop("title"), **given)
