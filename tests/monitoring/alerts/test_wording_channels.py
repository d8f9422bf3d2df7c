"""A channel's own texts on the wire: what each kind sends of them, when, and what happens to those gone stale."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelops.lib.errors import Invalid
from monitoring.alerts import services
from monitoring.alerts.channels import channels
from monitoring.alerts.channels.sms import _GSM
from monitoring.models import Alert, AlertChannel, AlertDelivery
from monitoring.models.alerts import DeliveryState, Severity
from tests.monitoring.alerts.factories import ACTOR, make_channel, message, open_alert
from tests.receivers import HttpReceiver, Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]

TEXTS = {
    "opened": {"title": "Now {severity.upper}: {alert.title}", "body": "Seen {alert.count}x.\n{alert.details}"},
    "repeated": {"title": "Still: {alert.title}", "body": "{why}"},
    "resolved": {"title": "Over: {alert.title}", "body": "{alert.runbook_url|No runbook.}"},
}
SMS = {"to": "+436601234567", "from_number": "+15005550006", "account": "AC1", "token": "t0ken"}
KINDS: dict[str, dict[str, Any]] = {
    "slack": {},
    "teams": {},
    "webhook": {},
    "ntfy": {"topic": "t"},
    "pagerduty": {"routing_key": "r"},
    "opsgenie": {"api_key": "k"},
}


def create(kind: str, url: str, texts: dict[str, Any] | None = None, **config: Any) -> AlertChannel:
    return services.create_channel(kind, kind, {"url": url, **config}, texts=texts, actor=ACTOR)


def titles_of(receiver: HttpReceiver) -> list[str]:
    """The titles that a webhook was sent."""
    return [json.loads(one.body)["text"]["title"] for one in receiver.requests]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_over_http_sends_the_own_texts(http_receiver: HttpReceiver, kind: str) -> None:
    """S3-53: title and body of the channel's own, in the shape of the receiver."""
    create(kind, http_receiver.url, TEXTS, **KINDS[kind])
    services.report_many([services.Report("k", "Trouble", Severity.HIGH, {"accuracy": 0.7})], actor=ACTOR)
    assert services.deliver_due() == 1
    said = json.loads(http_receiver.requests[0].body)
    title, body = {
        "slack": lambda: (said["blocks"][0]["text"]["text"], said["blocks"][1]["text"]["text"]),
        "teams": lambda: (
            said["attachments"][0]["content"]["body"][0]["text"],
            "\n".join(one["text"] for one in said["attachments"][0]["content"]["body"][1:3]).replace("\\", ""),
        ),
        "webhook": lambda: (said["text"]["title"], said["text"]["body"]),
        "ntfy": lambda: (said["title"], said["message"]),
        "pagerduty": lambda: (said["payload"]["summary"], said["payload"]["custom_details"]["text"]),
        "opsgenie": lambda: (said["message"], said["description"]),
    }[kind]()
    assert title == "Now HIGH: Trouble"
    assert body == "Seen 1x.\naccuracy: 0.7"


@pytest.mark.parametrize("kind", sorted(channels.keys()))
def test_without_texts_every_kind_says_what_it_said(kind: str) -> None:
    """An empty text leaves the portal's words, letter for letter."""
    cls = channels.get(kind)
    usual, graded = "Drift in flights v2: 6 of 9 features moved", "HIGH: Drift in flights v2: 6 of 9 features moved"
    title, body = cls.said(message(why="of the rule"))
    heads = {"email": f"[high] {usual}", "on_call": f"[high] {usual}", "sms": "", "webhook": ""}
    assert title == heads.get(kind, usual if kind in {"pagerduty", "opsgenie", "syslog"} else graded)
    if kind not in {"sms", "webhook"}:
        assert "these features moved: dep_delay, arr_delay." in body
        assert "of the rule" in body


def test_a_mail_has_the_own_subject_and_text_and_no_second_header(smtp_server: Mailbox) -> None:
    """S3-52: the links of the message stay, and nothing in a value becomes a header."""
    texts = {"opened": {"title": "{alert.title} in {alert.details}", "body": "Hello <b>\n{alert.body}"}}
    config = {"to": "a@example.com", "smtp_host": smtp_server.host, "smtp_port": smtp_server.port}
    services.create_channel("mail", "email", config, texts=texts, actor=ACTOR)
    alert = open_alert(title="Drift\r\nBcc: c@example.com", body="<i>first</i>\nsecond")
    Alert.objects.update(details={"x": "1\r\nX-Evil: 1"})
    assert services.deliver_due() == 1
    (mail,) = smtp_server.messages
    assert mail["Subject"] == "Drift Bcc: c@example.com in x: 1 X-Evil: 1"
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Hello <b>\n<i>first</i>" in text.replace("\r\n", "\n")
    assert "Hello &lt;b&gt;<br>&lt;i&gt;first" in html
    assert "Why you get this" not in text
    assert "Acknowledge: " in text
    assert str(alert.pk) in text


def test_an_sms_of_its_own_words_stays_short_and_in_its_alphabet(http_receiver: HttpReceiver) -> None:
    """S3-54"""
    create("sms", http_receiver.url, {"opened": {"body": "→ {severity} {alert.number}" + " and on" * 40}}, **SMS)
    alert = open_alert(title="Anna's data")
    services.deliver_due()
    (text,) = parse_qs(http_receiver.requests[0].body.decode())["Body"]
    assert text.startswith(f"? medium {str(alert.pk)[-8:]} and on")
    assert len(text) == 160
    assert set(text) <= _GSM


def test_markup_in_values_stands_for_itself(http_receiver: HttpReceiver) -> None:
    """Neither Slack nor Teams is told to mention everybody or to hide a link, by a title or by a text."""
    texts = {"opened": {"title": "{alert.title}", "body": "<!channel> {alert.body}"}}
    for kind in ("slack", "teams"):
        create(kind, f"{http_receiver.url}/{kind}", texts)
    open_alert(title="<!here> [x](http://evil)", body="<http://evil|fine>")
    services.deliver_due()
    said = {one.path: json.loads(one.body) for one in http_receiver.requests}
    assert said["/slack"]["text"] == "&lt;!here&gt; [x](http://evil)"
    assert said["/slack"]["blocks"][1]["text"]["text"] == "&lt;!channel&gt; &lt;http://evil|fine&gt;"
    card = said["/teams"]["attachments"][0]["content"]["body"]
    assert card[0]["text"] == r"<\!here\> \[x\]\(http://evil\)"
    assert card[1]["text"] == r"<\!channel\> <http://evil\|fine\>"


def test_reminders_and_the_end_have_texts_of_their_own(http_receiver: HttpReceiver) -> None:
    """Opened, repeated, resolved: each its own; a rise in severity takes the first."""
    channel = make_channel(url=http_receiver.url)
    services.set_texts(channel, TEXTS, actor=ACTOR)
    AlertChannel.objects.update(repeat_s=60)
    alert = open_alert(title="Trouble")
    services.deliver_due()
    open_alert(title="Trouble", severity=Severity.HIGH)
    AlertDelivery.objects.exclude(next_attempt_at=None).update(next_attempt_at="2026-01-01T00:00Z")
    services.deliver_due()
    AlertDelivery.objects.update(created_at="2026-01-01T00:00Z")
    assert services.follow_up() == 1
    services.deliver_due()
    services.resolve(alert, actor=ACTOR)
    services.deliver_due()
    wanted = ["Now MEDIUM: Trouble", "Now HIGH: Trouble", "Still: Trouble", "Over: Trouble"]
    assert titles_of(http_receiver) == wanted
    assert json.loads(http_receiver.requests[2].body)["text"]["body"] == "still open after 60 s"
    assert json.loads(http_receiver.requests[3].body)["text"]["body"] == "No runbook."


def test_only_who_has_a_text_for_the_end_and_heard_of_the_alert_is_told(http_receiver: HttpReceiver) -> None:
    """Without one the end stands in the inbox, as before; what waits still says itself that all is over."""
    for name, texts in (("plain", {}), ("ends", TEXTS), ("opens", {"opened": TEXTS["opened"]})):
        channel = make_channel(name, f"{http_receiver.url}/{name}")
        services.set_texts(channel, texts, actor=ACTOR)
    heard = open_alert("a", title="Heard")
    services.deliver_due()
    services.resolve(heard, actor=ACTOR)
    assert services.deliver_due() == 1
    assert [one.path for one in http_receiver.requests][-1] == "/ends"
    waits = open_alert("b", title="Waits")
    services.resolve(waits, actor=ACTOR)
    assert services.deliver_due() == 3
    assert titles_of_last(http_receiver, "/ends") == "Over: Waits"
    assert not AlertDelivery.objects.filter(alert=waits, event="resolved").exists()


def titles_of_last(receiver: HttpReceiver, path: str) -> str:
    said = [json.loads(one.body) for one in receiver.requests if one.path == path][-1]
    return str(said["text"]["title"])


def test_the_end_waits_for_the_end_of_quiet_hours(http_receiver: HttpReceiver) -> None:
    channel = make_channel(url=http_receiver.url)
    services.set_texts(channel, TEXTS, actor=ACTOR)
    alert = open_alert()
    services.deliver_due()
    AlertChannel.objects.update(quiet_from="00:00", quiet_until="23:59", quiet_weekends=True)
    services.resolve(alert, actor=ACTOR)
    row = AlertDelivery.objects.get(event="resolved")
    assert row.next_attempt_at is not None
    assert row.next_attempt_at > row.created_at


def test_opsgenie_closes_with_the_text_as_its_note(http_receiver: HttpReceiver) -> None:
    create("opsgenie", http_receiver.url, TEXTS, api_key="k")
    alert = open_alert(title="Trouble")
    services.deliver_due()
    services.resolve(alert, actor=ACTOR)
    services.deliver_due()
    assert json.loads(http_receiver.requests[-1].body) == {"source": "modelops", "note": "Over: Trouble\nNo runbook."}


def test_a_stale_text_still_sends_marked_and_noted(http_receiver: HttpReceiver) -> None:
    """A variable that is gone, a broken brace, another shape: the alert arrives, and the log says what is odd."""
    channel = make_channel(url=http_receiver.url)
    AlertChannel.objects.update(texts={"opened": {"title": "{alert.gone}: {alert.title} {", "body": 7}})
    open_alert(title="Trouble")
    services.deliver_due()
    row = AlertDelivery.objects.get()
    assert row.state == DeliveryState.DELIVERED
    assert titles_of(http_receiver) == ["[unknown: alert.gone]: Trouble {"]
    noted = "The channel's text names {alert.gone}, which stands for nothing."
    assert row.last_reason == row.tries.get().reason == noted
    http_receiver.status = 500
    open_alert("other")
    services.deliver_due()
    failed = AlertDelivery.objects.exclude(pk=row.pk).get()
    assert failed.last_reason == f"The receiver answered 500. {noted}"
    with pytest.raises(Invalid, match=r"\{alert\.gone\}"):
        services.set_texts(channel, {"opened": {"title": "{alert.gone}"}}, actor=ACTOR)


def test_a_test_message_shows_the_own_text(http_receiver: HttpReceiver) -> None:
    channel = services.set_texts(make_channel(url=http_receiver.url), TEXTS, actor=ACTOR)
    assert services.send_test(channel, actor=ACTOR).state == DeliveryState.DELIVERED
    assert titles_of(http_receiver) == ["Now INFO: Test from the ModelOps portal"]


def test_a_digest_keeps_its_words(smtp_server: Mailbox) -> None:
    """It tells of many alerts, so the variables of one would be wrong."""
    config = {"to": "a@example.com", "smtp_host": smtp_server.host, "smtp_port": smtp_server.port}
    hours = services.Hours(digest_s=3600)
    services.create_channel("mail", "email", config, texts=TEXTS, hours=hours, actor=ACTOR)
    alert = open_alert(title="Trouble")
    AlertDelivery.objects.update(next_attempt_at="2026-01-01T00:00Z")
    assert services.deliver_due() == 1
    assert smtp_server.messages[0]["Subject"].startswith("[medium] 1 alert since")
    services.resolve(alert, actor=ACTOR)
    assert services.deliver_due() == 0


# PostgreSQL stores neither a NUL nor half a surrogate pair, so nobody can have left one behind.
STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=300)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=STORABLE, body=STORABLE)
def test_whatever_is_stored_the_alert_arrives(
    http_receiver: HttpReceiver, smtp_server: Mailbox, title: str, body: str
) -> None:
    """Never loses an alert: any text whatsoever, through a mail server and an HTTP receiver."""
    if not AlertChannel.objects.exists():
        make_channel(url=http_receiver.url)
        config = {"to": "a@example.com", "smtp_host": smtp_server.host, "smtp_port": smtp_server.port}
        services.create_channel("mail", "email", config, actor=ACTOR)
    texts = {"opened": {"title": "{" + title, "body": body + "{alert.title}"}}
    AlertChannel.objects.update(texts=texts, window_s=0)
    alert = open_alert(f"k{Alert.objects.count()}", title=title.strip() or "x", body=body)
    assert services.deliver_due() == 2
    states = alert.deliveries.values_list("state", "last_reason")
    assert {state for state, _ in states} == {"delivered"}, list(states)
