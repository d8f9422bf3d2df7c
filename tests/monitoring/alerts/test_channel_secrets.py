"""Secrets of channels lie in the secret store: one sealed row, used with a row in the ledger, shown to nobody."""

import json
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from compliance.audit.models import AuditEvent
from modelops.crypto import envelope
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Conflict
from modelops.secret_store import services as secrets
from modelops.secret_store.models import StoredSecret
from monitoring.alerts import services
from monitoring.alerts.services.receivers import seal_context
from monitoring.models import AlertChannel, ChannelSecret
from tests.receivers import HttpReceiver

from .factories import ACTOR, make_channel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]
TOKEN = "canary-7744-in-a-channel"


def make(name: str = "hook", url: str = "http://127.0.0.1:9099/in-a-url", secret: str = TOKEN) -> AlertChannel:
    return services.create_channel(name, "webhook", {"url": url, "secret": secret}, actor=ACTOR)


def uses() -> list[dict[str, Any]]:
    return list(AuditEvent.objects.filter(name="secret_store.secret.used").values_list("details", flat=True))


def test_each_secret_setting_is_one_sealed_row_and_the_channel_holds_its_id() -> None:
    """S1-27: saving a channel's secret stores one encrypted row."""
    channel = make()
    rows = {link.setting: link.secret for link in ChannelSecret.objects.select_related("secret")}
    assert set(rows) == {"url", "secret"}
    assert rows["secret"].name == "channel-hook-secret"
    plain = envelope.unseal(bytes(channel.sealed_config), purpose=Purpose.FIELD, context=seal_context(channel))
    assert json.loads(plain) == {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(row_to_json(c)::text, '') || string_agg(row_to_json(s)::text, '') "
            "FROM monitoring_alertchannel c, secret_store_storedsecret s"
        )
        assert TOKEN not in cursor.fetchone()[0]


def test_showing_a_channel_opens_none_of_its_secrets() -> None:
    """S1-28."""
    assert services.shown_config(make()) == {"url": "set", "secret": "set"}
    assert uses() == []


def test_each_delivery_leaves_a_row_for_each_secret(http_receiver: HttpReceiver) -> None:
    """S1-04: each use of a channel's credentials is audited."""
    channel = make(url=http_receiver.url)
    assert services.send_test(channel, actor=ACTOR).state == "delivered"
    by = "alert channel hook"
    assert sorted(use["name"] for use in uses()) == ["channel-hook-secret", "channel-hook-url"]
    assert {use["by"] for use in uses()} == {by}
    assert StoredSecret.objects.get(name="channel-hook-url").last_used_by == by
    assert "x-modelops-signature" in {name.lower() for name in http_receiver.requests[0].headers}


def test_a_replaced_secret_is_used_from_the_next_delivery_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """S1-04: also when it is read from elsewhere from then on."""
    channel = make()
    monkeypatch.setenv("PORTAL_SECRET_HOOK", "from the environment")
    stored = StoredSecret.objects.get(name="channel-hook-secret")
    secrets.replace_secret(stored, reference="env:PORTAL_SECRET_HOOK", actor=ACTOR)
    assert services.open_channel(channel).config["secret"] == "from the environment"


def test_a_secret_that_cannot_be_read_is_a_failed_delivery_that_says_so() -> None:
    channel = make()
    stored = StoredSecret.objects.get(name="channel-hook-secret")
    secrets.replace_secret(stored, reference="env:PORTAL_SECRET_AWAY", actor=ACTOR)
    delivery = services.send_test(channel, actor=ACTOR)
    assert (delivery.state, "PORTAL_SECRET_AWAY is not set" in delivery.last_reason) == ("dead", True)


def test_a_secret_in_use_is_not_deleted() -> None:
    """S1-28: what refers to it is named, and the database refuses too."""
    make()
    stored = StoredSecret.objects.get(name="channel-hook-secret")
    assert secrets.used_by(stored) == ["alert channel hook (secret)"]
    with pytest.raises(Conflict) as refusal:
        secrets.delete_secret(stored, actor=ACTOR)
    assert refusal.value.code == "secret.in_use"
    with pytest.raises(IntegrityError), transaction.atomic():
        stored.delete()


def test_a_channel_from_before_the_store_moves_its_secrets_at_the_next_use() -> None:
    channel = make_channel()
    ChannelSecret.objects.all().delete()
    StoredSecret.objects.all().delete()
    old = {"url": "http://127.0.0.1:9099/x", "secret": TOKEN}
    channel.sealed_config = envelope.seal(
        json.dumps(old).encode(), purpose=Purpose.FIELD, context=seal_context(channel)
    )
    channel.save()
    assert services.shown_config(channel) == {"url": "set", "secret": "set"}
    for _ in range(2):
        assert services.open_channel(channel).config == old
    assert ChannelSecret.objects.count() == 2
    assert services.open_channel(AlertChannel.objects.get()).config == old


def test_no_page_answer_or_export_gives_a_channel_secret(client: Client) -> None:
    """S1-28, S1-04."""
    from accounts.models import User
    from tests.accounts.people import make_user, sign_in

    user = make_user("root")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    sign_in(client, user)
    channel = make()
    secret = StoredSecret.objects.get(name="channel-hook-secret")
    for address in (
        "/alerts/channels/", "/api/v1/alert-channels/", f"/api/v1/alert-channels/{channel.pk}/", "/api/v1/secrets/",
        "/api/v1/secrets/channel-hook-secret/", "/admin/monitoring/alertchannel/",
        f"/admin/monitoring/alertchannel/{channel.pk}/change/", "/admin/secret_store/storedsecret/",
        f"/admin/secret_store/storedsecret/{secret.pk}/change/", "/admin/audit/auditevent/", "/api/v1/audit-events/",
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert TOKEN not in answer.content.decode(), address
