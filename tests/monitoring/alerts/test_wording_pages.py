"""Texts of a channel through the portal, the admin and the REST interface; and what the guide says of them."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from compliance.audit.models import AuditEvent
from monitoring.alerts import services
from monitoring.alerts.channels import channels
from monitoring.alerts.wording.texts import LONGEST, OCCASIONS, variables_of
from monitoring.alerts.wording.variables import VARIABLES
from monitoring.models import AlertChannel
from tests.accounts.people import make_user, sign_in, sign_in_earlier
from tests.monitoring.alerts.factories import ACTOR, make_channel
from tests.monitoring.alerts.test_api import Caller

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "alert-channels.md"
GIVEN = {"opened_title": "Look: {alert.title}", "opened_body": "{alert.details}\r\n<b>{why}</b>"}
STORED = {"opened": {"title": "Look: {alert.title}", "body": "{alert.details}\n<b>{why}</b>"}}


@pytest.fixture
def channel() -> AlertChannel:
    services.create_channel("chat", "slack", {"url": "https://1.1.1.1/hook"}, actor=ACTOR)
    return AlertChannel.objects.get()


@pytest.fixture
def scientist(client: Client) -> Client:
    return sign_in(client, make_user())


def address(channel: AlertChannel) -> str:
    return reverse("monitoring:channel-texts", args=[channel.pk])


def shown(response: Any, status: int) -> str:
    assert response.status_code == status, response.content[:2000]
    text = html.unescape(response.content.decode())
    assert "style=" not in text
    return text


def test_texts_are_written_previewed_and_stored_in_the_portal(scientist: Client, channel: AlertChannel) -> None:
    """S3-53: the preview is made by the same address on a sample alert, without any script, and stores nothing."""
    empty = shown(scientist.get(address(channel)), 200)
    assert "HIGH: Accuracy of a sample model is 0.71 and 1 more" in empty
    previewed = scientist.post(address(channel), {**GIVEN, "preview": "1"})
    said = shown(previewed, 200)
    assert "Look: Accuracy of a sample model is 0.71</strong>" in said
    assert "accuracy: 0.71\nlimit: 0.8\n<b>this channel takes high alerts</b>" in said
    assert "&lt;b&gt;this channel" in previewed.content.decode()
    channel.refresh_from_db()
    assert channel.texts == {}
    stored = shown(scientist.post(address(channel), GIVEN, follow=True), 200)
    assert "The texts of chat are stored" in stored
    assert "<dt>Texts of its own</dt><dd>opened</dd>" in stored
    channel.refresh_from_db()
    assert channel.texts == STORED
    again = shown(scientist.get(address(channel)), 200)
    assert 'value="Look: {alert.title}"' in again
    event = AuditEvent.objects.get(name="monitoring.channel.reworded")
    assert (event.details["name"], event.details["texts"]) == ("chat", "opened title, opened body")
    assert "Look" not in str(event.details)
    scientist.post(address(channel), {})
    channel.refresh_from_db()
    assert channel.texts == {}


@pytest.mark.parametrize("preview", [{}, {"preview": "1"}])
def test_an_unknown_variable_is_refused_beside_its_field_and_nothing_is_lost(
    scientist: Client, channel: AlertChannel, preview: dict[str, str]
) -> None:
    given = {"repeated_body": "Still\n{alert.titel}", "opened_title": "fine", **preview}
    said = shown(scientist.post(address(channel), given), 200 if preview else 422)
    assert "Line 2, character 1: there is no variable {alert.titel}; the nearest is {alert.title}." in said
    assert "Still\n[unknown: alert.titel]" in said
    assert 'value="fine"' in said
    channel.refresh_from_db()
    assert channel.texts == {}


def test_a_second_factor_that_ran_out_meanwhile_costs_no_typed_text(client: Client, channel: AlertChannel) -> None:
    """Asked before the page; the preview asks for nothing; storing says where to confirm and keeps what was typed."""
    stale = sign_in_earlier(client, make_user())
    led = stale.get(address(channel))
    assert led.status_code == 302
    assert led["Location"].startswith(reverse("accounts:confirm"))
    assert "Look: Accuracy" in shown(stale.post(address(channel), {**GIVEN, "preview": "1"}), 200)
    kept = shown(stale.post(address(channel), GIVEN), 401)
    assert "Nothing is stored yet" in kept
    assert f'href="{reverse("accounts:confirm")}?next=' in kept
    assert 'value="Look: {alert.title}"' in kept
    channel.refresh_from_db()
    assert channel.texts == {}


def test_an_sms_has_no_titles_and_fewer_variables(scientist: Client) -> None:
    """S3-54"""
    config = {"to": "+436601234567", "from_number": "+15005550006", "account": "AC1", "token": "t"}
    sms = services.create_channel("sms", "sms", {**config, "url": "https://1.1.1.1/x"}, actor=ACTOR)
    said = shown(scientist.get(address(sms)), 200)
    assert 'name="opened_body"' in said
    assert 'name="opened_title"' not in said
    assert "{alert.title}" not in said
    refused = shown(scientist.post(address(sms), {"opened_body": "{alert.title}"}), 422)
    assert "this kind of channel does not send {alert.title}" in refused


def test_who_may_not_change_channels_changes_no_texts(client: Client, channel: AlertChannel) -> None:
    officer = sign_in(client, make_user("officer", "Compliance officer"))
    assert officer.get(address(channel)).status_code == 403
    assert officer.post(address(channel), GIVEN).status_code == 403
    assert "Change texts" not in shown(officer.get(reverse("monitoring:channel-detail", args=[channel.pk])), 200)
    Caller("Viewer", ["all"])
    channel.refresh_from_db()
    assert channel.texts == {}


def test_the_admin_shows_them_and_leads_to_the_portal(client: Client, channel: AlertChannel) -> None:
    services.set_texts(channel, STORED, actor=ACTOR)
    officer = sign_in(client, make_user("officer", "Compliance officer"))
    User.objects.filter(username="officer").update(is_staff=True)
    said = officer.get(reverse("admin:monitoring_alertchannel_change", args=[channel.pk])).content.decode()
    assert "opened, title: <code>Look: {alert.title}</code>" in said
    assert "&lt;b&gt;{why}&lt;/b&gt;" in said
    assert f'href="{reverse("monitoring:channel-detail", args=[channel.pk])}"' in said


def test_texts_come_and_change_through_the_interface() -> None:
    """S3-53: POST with texts, PATCH replaces them, and nothing else of a channel is changed silently."""
    caller = Caller("Data scientist", ["all"])
    config = {"url": "https://1.1.1.1/hook"}
    made = caller.post(
        "alert-channels/", {"name": "chat", "kind": "slack", "config": config, "texts": STORED}, status=201
    )
    assert made["texts"] == STORED
    path = f"/api/v1/alert-channels/{made['id']}/"

    def patch(body: Any, status: int) -> Any:
        response = caller._client.patch(path, json.dumps(body), content_type="application/json")
        assert response.status_code == status, response.content
        return response.json()

    changed = {"resolved": {"body": "{alert.title} is over"}}
    assert patch({"texts": changed}, 200)["texts"] == changed
    refused = patch({"texts": {"opened": {"title": "{alert.titel}"}}}, 400)
    assert (refused["code"], refused["errors"][0]["field"]) == ("channel.bad_text", "texts.opened.title")
    assert "the nearest is {alert.title}" in refused["detail"]
    assert patch({"texts": changed, "enabled": False}, 400)["code"] == "channel.fixed"
    assert patch({"texts": [1]}, 400)["errors"][0]["field"] == "texts"
    assert patch({}, 400)
    assert patch([], 400)
    assert caller.get(f"alert-channels/{made['id']}/")["texts"] == changed
    bad = {"name": "b", "kind": "slack", "config": config, "texts": {"never": {}}}
    assert caller.post("alert-channels/", bad, status=400)["errors"][0]["field"] == "texts.never"
    assert not AlertChannel.objects.filter(name="b").exists()


def test_a_viewer_changes_nothing_through_the_interface() -> None:
    channel = make_channel()
    caller = Caller("Viewer", ["all"])
    path = f"/api/v1/alert-channels/{channel.pk}/"
    answer = caller._client.patch(path, json.dumps({"texts": {}}), content_type="application/json")
    assert answer.status_code == 403


def test_the_guide_lists_every_variable_occasion_and_limit() -> None:
    """Generated by nobody, compared with the code: a variable that is added or goes shows here."""
    text = PAGE.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `\{([a-z_.]+)\}` \| (.+?) \|$", text, re.MULTILINE))
    sms = variables_of(channels.get("sms"))
    assert rows == {
        name: variable.words + ("" if name in sms else "; not by SMS") for name, variable in VARIABLES.items()
    }
    assert [found.lower() for found in re.findall(r"^- `(\w+)`: ", text, re.MULTILINE)] == list(OCCASIONS)
    for words in OCCASIONS.values():
        assert words in " ".join(text.split())
    assert f"{LONGEST['title']} characters" in text
    assert f"{LONGEST['body']:,}" in text
