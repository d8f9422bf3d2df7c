"""The controls that say whether alerts reach people."""

import pytest
from django.utils import timezone

from modelops.lib.posture import controls
from monitoring.alerts import services
from monitoring.alerts.posture import watch_controls
from monitoring.models import Alert, AlertChannel, AlertDelivery
from monitoring.models.alerts import Severity
from monitoring.posture import delivered, told
from tests.monitoring.alerts.factories import ACTOR, make_channel, open_alert
from tests.receivers import HttpReceiver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]


def keys() -> list[str]:
    return [finding.key for finding in told().findings]


def test_without_any_channel_the_posture_says_so_and_an_alert_stands_in_the_inbox() -> None:
    """S3-59"""
    assert keys() == ["none"]
    watch_controls()
    assert Alert.objects.get(key="finding:alerts.told:none").title == "No channel: alerts stand in the inbox only"
    assert {"alerts.told", "alerts.delivered"} <= {one.key for one in controls()}


def test_a_grave_severity_without_a_verified_channel_is_red_until_a_test_arrives(http_receiver: HttpReceiver) -> None:
    """S2-20: send test sets the date at which the channel was verified."""
    channel = make_channel(url=http_receiver.url, minimum_severity=Severity.CRITICAL)
    assert keys() == ["high", "critical"]
    assert all(finding.severity == "high" for finding in told().findings)
    services.send_test(channel, actor=ACTOR)
    assert AlertChannel.objects.get().verified_at is not None
    assert keys() == ["high"]
    services.send_test(make_channel("two", http_receiver.url, minimum_severity=Severity.LOW), actor=ACTOR)
    assert keys() == []
    services.set_enabled(AlertChannel.objects.get(name="two"), False, actor=ACTOR)
    assert keys() == ["high"]


def test_what_was_given_up_is_a_finding_until_somebody_looks() -> None:
    make_channel()
    alert = open_alert()
    assert delivered().passed
    AlertDelivery.objects.update(state="dead", next_attempt_at=None)
    (finding,) = delivered().findings
    assert finding.url.startswith("/alerts/channels/")
    services.acknowledge(alert, actor=ACTOR)
    assert delivered().passed
    assert alert.opened_at <= timezone.now()
