"""Alerts by mail go to no account whose address is not confirmed."""

import pytest
from django.utils import timezone

from accounts.models import User
from monitoring.alerts import services
from monitoring.alerts.recipients import reachable
from monitoring.models.alerts import AlertDelivery
from tests.accounts.people import make_user
from tests.monitoring.alerts.factories import ACTOR, open_alert
from tests.receivers import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]


def holds(name: str, address: str, *, confirmed: bool) -> None:
    """An account with an address."""
    user = make_user(name)
    User.objects.filter(pk=user.pk).update(email=address, email_confirmed_at=timezone.now() if confirmed else None)


def test_an_unconfirmed_address_gets_no_alert(smtp_server: Mailbox) -> None:
    """S4-35: the other recipients do, and one that is nobody's account does."""
    holds("first_one", "first@plover.example", confirmed=True)
    holds("second_one", "Second@plover.example", confirmed=False)
    to = "first@plover.example, second@plover.example, team@plover.example"
    config = {"to": to, "smtp_host": smtp_server.host, "smtp_port": smtp_server.port}
    services.create_channel("mail", "email", config, actor=ACTOR)
    open_alert()
    services.deliver_due()
    (mail,) = smtp_server.messages
    assert mail["X-Envelope-To"] == "first@plover.example, team@plover.example"


def test_a_channel_that_reaches_nobody_says_so(smtp_server: Mailbox) -> None:
    """S4-35."""
    holds("second_one", "second@plover.example", confirmed=False)
    config = {"to": "second@plover.example", "smtp_host": smtp_server.host, "smtp_port": smtp_server.port}
    services.create_channel("mail", "email", config, actor=ACTOR)
    open_alert()
    services.deliver_due()
    assert smtp_server.messages == []
    delivery = AlertDelivery.objects.get()
    assert delivery.state == "dead"
    assert "confirmed" in delivery.last_reason


def test_an_address_that_one_of_two_accounts_confirmed_is_reachable() -> None:
    holds("first_one", "both@plover.example", confirmed=True)
    holds("second_one", "both@plover.example", confirmed=False)
    assert reachable(["BOTH@plover.example"]) == ["BOTH@plover.example"]
