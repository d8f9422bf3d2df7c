"""The controls that say whether alerts reach people."""

import pytest
from django.test import Client
from django.utils import timezone

from modelops.lib.posture import controls
from monitoring.alerts import services
from monitoring.alerts.posture import watch_controls
from monitoring.models import Alert, AlertChannel, AlertDelivery
from monitoring.models.alerts import Severity
from monitoring.posture import delivered, told
from tests.accounts.people import make_user, sign_in
from tests.monitoring.alerts.factories import ACTOR, make_channel, open_alert
from tests.receivers import HttpReceiver, Mailbox

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


def test_the_test_button_reaches_a_mailbox_and_verifies_the_channel(client: Client, smtp_server: Mailbox) -> None:
    """S3-52: from the form to the button, through a real SMTP server."""
    page = sign_in(client, make_user())
    given = {"name": "mail", "minimum_severity": "info", "to": "a@example.com", "smtp_security": "none"}
    given |= {"smtp_host": smtp_server.host, "smtp_port": str(smtp_server.port)}
    assert page.post("/alerts/channels/new/email/", given).status_code == 302
    channel = AlertChannel.objects.get()
    assert channel.verified_at is None
    told_so = page.post(f"/alerts/channels/{channel.pk}/test/", follow=True).content.decode()
    assert "mail took the test in" in told_so
    (mail,) = smtp_server.messages
    assert mail["Subject"] == "[info] Test from the ModelOps portal"
    assert {part.get_content_type() for part in mail.walk()} >= {"text/plain", "text/html"}
    channel.refresh_from_db()
    assert channel.verified_at is not None


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
