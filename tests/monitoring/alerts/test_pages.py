"""The inbox, an alert's page, the channels and the overview, as a browser gets them (S3-56, S3-59)."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from modelops.lib.ids import uuid7
from monitoring.alerts import services
from monitoring.models import AlertChannel, AlertDelivery
from monitoring.models.alerts import Severity
from tests.accounts.people import make_user, sign_in
from tests.monitoring.alerts.factories import ACTOR, make_channel, open_alert
from tests.receivers import HttpReceiver

pytestmark = pytest.mark.django_db

INBOX = "/alerts/"
CHANNELS = "/alerts/channels/"


@pytest.fixture
def scientist(client: Client) -> Client:
    return sign_in(client, make_user())


@pytest.fixture
def viewer(client: Client) -> Client:
    return sign_in(client, make_user("viewer", "Viewer"))


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.content[:2000]
    text = response.content.decode()
    assert " style=" not in text
    assert "<script>" not in text
    return text


def test_without_any_channel_an_alert_stands_in_the_inbox_with_its_badge(scientist: Client) -> None:
    """S3-59: alerts work without configuration."""
    assert "Nothing to do" in page(scientist, INBOX)
    open_alert(title="Drift in flights v2")
    text = page(scientist, INBOX)
    assert "Drift in flights v2" in text
    assert "No channel is set up" in text
    assert re.search(r'<span class="count">1<span class="sr-only"> open</span>', text)


def test_the_inbox_shows_what_is_to_do_and_filters_the_rest(scientist: Client) -> None:
    open_alert("a", title="First trouble", severity=Severity.CRITICAL)
    services.resolve(open_alert("b", title="Old trouble"), actor=ACTOR)
    assert "First trouble" in page(scientist, INBOX)
    assert "Old trouble" not in page(scientist, INBOX)
    assert "Old trouble" in page(scientist, f"{INBOX}?state=resolved")
    assert "Old trouble" in page(scientist, f"{INBOX}?state=")
    assert "First trouble" not in page(scientist, f"{INBOX}?severity=info")
    assert "First trouble" in page(scientist, f"{INBOX}?q=FIRST")
    assert "First trouble" not in page(scientist, f"{INBOX}?q=old")


def test_the_inbox_lists_the_alerts_of_a_group(scientist: Client) -> None:
    """S3-59: from an alert to the others of its group, and back to all."""
    for number in (1, 2):
        alert = open_alert(f"disk:node {number}&x", title=f"Disk of node {number}")
    open_alert("other", title="Something else")
    link = re.search(r'href="([^"]+)" title="All alerts of this group"', page(scientist, alert.get_absolute_url()))
    assert link is not None
    text = page(scientist, html.unescape(link[1]))
    assert ("Disk of node 1" in text, "Disk of node 2" in text, "Something else" in text) == (True, True, False)
    back = re.search(r'href="([^"]+)" aria-label="Show alerts of all groups"', text)
    assert back is not None
    assert "Something else" in page(scientist, INBOX + html.unescape(back[1]))
    assert "No alert matches" in page(scientist, f"{INBOX}?group=%00nobody")


@pytest.mark.usefixtures("private_receivers")
def test_an_alert_shows_what_happened_to_it(scientist: Client, http_receiver: HttpReceiver) -> None:
    http_receiver.status, http_receiver.body = 500, b"<script>alert(1)</script>"
    make_channel("ops-hook", http_receiver.url)
    alert = open_alert(
        title="<b>bold</b>", body="Look <i>here</i>", source=services.Source("monitoring.driftrun", uuid7())
    )
    assert "every 2s" in page(scientist, alert.get_absolute_url())
    services.deliver_due()
    text = page(scientist, alert.get_absolute_url())
    assert "every 2s" not in text
    assert "ops-hook" in text
    assert "500" in text
    assert "&lt;b&gt;bold" in text
    assert "&lt;script&gt;alert(1)" in text
    assert f'href="{reverse("monitoring:drift-detail", args=[alert.source_id])}"' in text
    assert "Alert dispatcher" in text
    assert "Attempt 1 through the channel ops-hook failed" in text


def test_an_alert_is_acknowledged_and_resolved_with_a_click(scientist: Client) -> None:
    alert = open_alert()
    assert page(scientist, alert.get_absolute_url()).count('<form method="post" action="/alerts/') == 3
    for verb, state in (("acknowledge", "acknowledged"), ("resolve", "resolved")):
        url = reverse(f"monitoring:alert-{verb}", args=[alert.pk])
        assert scientist.get(url).status_code == 405
        assert scientist.post(url, follow=True).status_code == 200
        alert.refresh_from_db()
        assert alert.state == state
    assert page(scientist, alert.get_absolute_url()).count('<form method="post" action="/alerts/') == 0


def test_a_viewer_sees_no_buttons_and_cannot_press_them(viewer: Client) -> None:
    alert, channel = open_alert(), make_channel()
    text = page(viewer, alert.get_absolute_url())
    assert "/resolve/" not in text
    assert viewer.post(reverse("monitoring:alert-resolve", args=[alert.pk])).status_code == 403
    assert viewer.get(CHANNELS).status_code == 403
    assert viewer.post(reverse("monitoring:channel-test", args=[channel.pk])).status_code == 403
    assert viewer.get(reverse("monitoring:channel-new", args=["slack"])).status_code == 403


@pytest.mark.parametrize("path", [INBOX, CHANNELS, "/", "/alerts/0198c000-0000-7000-8000-000000000001/"])
def test_pages_ask_for_a_sign_in(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:sign-in"))


def test_a_channel_is_added_through_its_form(scientist: Client) -> None:
    assert "No channels yet" in page(scientist, CHANNELS)
    form = page(scientist, f"{CHANNELS}new/webhook/")
    assert 'type="password"' in form
    given = {"name": "ops", "minimum_severity": "high", "url": "https://1.1.1.1/token-1", "secret": "token-2"}
    response = scientist.post(f"{CHANNELS}new/webhook/", given, follow=True)
    assert response.status_code == 200
    text = response.content.decode()
    assert "ops" in text
    assert "token-" not in text
    channel = AlertChannel.objects.get()
    assert (channel.minimum_severity, services.open_channel(channel).config["secret"]) == ("high", "token-2")


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        ("webhook", {"url": "http://127.0.0.1/token-1"}, "not public"),
        ("webhook", {"url": "token-1"}, "only http and https"),
        ("webhook", {}, "required"),
        ("email", {"to": "nobody", "smtp_security": "auto"}, "e-mail address"),
        ("email", {"to": "a@example.com", "smtp_security": "auto", "smtp_password": "token-1"}, "name the server too"),
    ],
)
def test_a_refused_form_says_why_and_forgets_the_secret(
    scientist: Client, kind: str, given: dict[str, str], words: str
) -> None:
    response = scientist.post(f"{CHANNELS}new/{kind}/", {"name": "ops", "minimum_severity": "info", **given})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert "token-1" not in response.content.decode()
    assert AlertChannel.objects.count() == 0


def test_an_unknown_kind_of_channel_has_no_form(scientist: Client) -> None:
    assert "known kinds: apprise, email, ntfy, on_call, opsgenie" in page(scientist, f"{CHANNELS}new/pigeon/", 400)


@pytest.mark.usefixtures("private_receivers")
def test_the_test_button_says_how_it_went(scientist: Client, http_receiver: HttpReceiver) -> None:
    channel = make_channel(url=http_receiver.url)
    url = reverse("monitoring:channel-test", args=[channel.pk])
    assert "took the test" in scientist.post(url, follow=True).content.decode()
    http_receiver.status = 503
    assert "The receiver answered 503." in scientist.post(url, follow=True).content.decode()
    assert AlertDelivery.objects.filter(event="test").count() == 2


def test_a_channel_is_switched_off_and_on_with_a_click(scientist: Client) -> None:
    channel = make_channel()
    for verb, enabled in (("disable", False), ("enable", True)):
        scientist.post(reverse(f"monitoring:channel-{verb}", args=[channel.pk]))
        channel.refresh_from_db()
        assert channel.enabled is enabled


def test_the_overview_says_what_to_do_next_and_what_asks_for_somebody(scientist: Client) -> None:
    text = page(scientist, "/")
    assert "Upload a first dataset" in text
    assert "Nothing asks for attention." in text
    open_alert(title="Drift in flights v2", severity=Severity.HIGH)
    text = page(scientist, "/")
    assert "Drift in flights v2" in text
    assert "1 high or critical" in text


def test_the_overview_asks_no_more_of_the_database_for_more_rows(
    scientist: Client, django_assert_max_num_queries: object
) -> None:
    for number in range(8):
        open_alert(f"k{number}")
    page(scientist, "/")
    with django_assert_max_num_queries(26):  # type: ignore[operator]
        page(scientist, "/")
