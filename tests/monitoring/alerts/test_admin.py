"""Alerts in the admin: to read, without a secret."""

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from monitoring.alerts import services
from tests.accounts.people import make_user, sign_in
from tests.monitoring.alerts.factories import make_channel, open_alert
from tests.receivers import HttpReceiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client: Client) -> Client:
    return sign_in(client, make_user("officer", "Compliance officer"))


def test_the_officer_reads_alerts_channels_and_deliveries(officer: Client, http_receiver: HttpReceiver) -> None:
    with override_settings(MODELOPS_ALLOW_PRIVATE_RECEIVERS=True):
        channel = make_channel(url=f"{http_receiver.url}/hook-token")
        alert = open_alert(title="Drift in flights v2")
        services.deliver_due()
    for name, row in (("alert", alert), ("alertchannel", channel), ("alertdelivery", alert.deliveries.get())):
        listed = officer.get(reverse(f"admin:monitoring_{name}_changelist"))
        assert listed.status_code == 200
        assert str(row.pk) in listed.content.decode()
        detail = officer.get(reverse(f"admin:monitoring_{name}_change", args=[row.pk]))
        assert detail.status_code == 200
        assert "hook-secret" not in detail.content.decode()
        assert "hook-token" not in detail.content.decode()
        assert "sealed" not in detail.content.decode()


@pytest.mark.parametrize("name", ["alert", "alertchannel", "alertdelivery"])
def test_nobody_changes_them_in_the_admin(client: Client, name: str) -> None:
    superuser = make_user("root")
    User.objects.filter(pk=superuser.pk).update(is_superuser=True, is_staff=True)
    sign_in(client, superuser)
    make_channel()
    alert = open_alert()
    row = {"alert": alert, "alertchannel": alert.deliveries.get().channel, "alertdelivery": alert.deliveries.get()}[
        name
    ]
    assert client.get(reverse(f"admin:monitoring_{name}_add")).status_code == 403
    assert client.post(reverse(f"admin:monitoring_{name}_change", args=[row.pk]), {}).status_code == 403
    assert client.post(reverse(f"admin:monitoring_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
