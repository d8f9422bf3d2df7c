"""What each further kind of channel sends, to real receivers on this machine."""

import base64
import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client, override_settings

from monitoring.alerts import services
from monitoring.alerts.channels import Channel, DeliveryFailed, Field, Message, Receipt, channels
from monitoring.alerts.channels.sms import _GSM, text_of
from monitoring.models import Alert, AlertDelivery
from tests.accounts.people import make_user, sign_in
from tests.monitoring.alerts.factories import ACTOR, message, open_alert
from tests.monitoring.alerts.test_api import Caller
from tests.receivers import HttpReceiver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]
LINKS = (("Acknowledge", "http://localhost:8000/alerts/do/t/"),)


def send(kind: str, config: dict[str, Any], said: Message) -> Receipt:
    cls = channels.get(kind)
    channel = cls(config, allow_private=True)
    channel.check()
    assert not [secret for secret in channel.secrets() if secret in channel.destination()]
    return channel.send(said)


def test_teams_gets_a_card_in_which_nothing_is_markup(http_receiver: HttpReceiver) -> None:
    """S3-53"""
    send("teams", {"url": f"{http_receiver.url}/w"}, message(title="[x](http://evil)", links=LINKS))
    said = json.loads(http_receiver.requests[0].body)
    (attachment,) = said["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["body"][0]["text"] == r"HIGH: \[x\]\(http://evil\)"
    assert card["body"][0]["color"] == "attention"
    assert [one["title"] for one in card["actions"]] == ["Open in the portal", "Acknowledge"]


def test_pagerduty_gets_one_incident_for_the_repeats_and_its_end(http_receiver: HttpReceiver) -> None:
    """S3-53"""
    config = {"routing_key": "r0ut1ng", "url": http_receiver.url}
    send("pagerduty", config, message())
    send("pagerduty", config, message(state="resolved"))
    first, last = (json.loads(one.body) for one in http_receiver.requests)
    assert (first["event_action"], last["event_action"]) == ("trigger", "resolve")
    assert first["dedup_key"] == last["dedup_key"] == "drift:flights:flights"
    assert first["routing_key"] == "r0ut1ng"
    assert first["payload"]["severity"] == "error"
    assert first["payload"]["summary"] == "Drift in flights v2: 6 of 9 features moved"


def test_opsgenie_gets_an_alias_and_a_priority(http_receiver: HttpReceiver) -> None:
    """S3-53"""
    send("opsgenie", {"api_key": "k3y", "url": http_receiver.url}, message(severity="critical"))
    (request,) = http_receiver.requests
    said = json.loads(request.body)
    assert request.headers["authorization"] == "GenieKey k3y"
    assert (said["alias"], said["priority"]) == ("drift:flights:flights", "P1")
    assert len(said["message"]) <= 130


def test_ntfy_gets_a_topic_and_buttons(http_receiver: HttpReceiver) -> None:
    """S3-53"""
    config = {"topic": "t0pic", "url": http_receiver.url, "token": "tk"}
    send("ntfy", config, message(severity="low", links=LINKS))
    (request,) = http_receiver.requests
    said = json.loads(request.body)
    assert request.headers["authorization"] == "Bearer tk"
    assert (said["topic"], said["priority"]) == ("t0pic", 2)
    assert said["actions"] == [{"action": "view", "label": LINKS[0][0], "url": LINKS[0][1]}]


def test_an_incident_ends_with_its_alert(http_receiver: HttpReceiver) -> None:
    """Only receivers that keep something open are told of the end, once."""
    url = http_receiver.url
    services.create_channel("pd", "pagerduty", {"routing_key": "r", "url": f"{url}/pd"}, actor=ACTOR)
    services.create_channel("og", "opsgenie", {"api_key": "k", "url": f"{url}/og"}, actor=ACTOR)
    services.create_channel("hook", "webhook", {"url": f"{url}/hook"}, actor=ACTOR)
    alert = open_alert("disk: full")
    assert services.deliver_due() == 3
    services.resolve(services.resolve(alert, actor=ACTOR), actor=ACTOR)
    assert services.deliver_due() == 2
    ends = {request.path: json.loads(request.body) for request in http_receiver.requests[3:]}
    assert ends["/pd"]["event_action"] == "resolve"
    assert ends["/og/disk%3A%20full/close?identifierType=alias"] == {"source": "modelops"}


SMS = {"to": "+436601234567", "from_number": "+15005550006", "account": "AC1", "token": "t0ken", "monthly_cap": 2}


def test_an_sms_is_short_and_names_nobody(http_receiver: HttpReceiver) -> None:
    """S3-54: at most 160 GSM characters and nothing about people or data."""
    config = {**SMS, "url": http_receiver.url + "/{account}/Messages.json"}
    send("sms", config, message(title="Drift in patients of Dr Jané Doe " * 5, body="jane@example.org"))
    (request,) = http_receiver.requests
    said = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    assert request.path == "/AC1/Messages.json"
    assert base64.b64decode(request.headers["authorization"].split()[1]) == b"AC1:t0ken"
    assert (said["To"], said["From"]) == (SMS["to"], SMS["from_number"])
    assert len(said["Body"]) <= 160
    assert set(said["Body"]) <= _GSM
    assert "Jan" not in said["Body"]
    assert len(text_of(message(others=10**9))) <= 160


@pytest.mark.parametrize("number", ["0660123456", "+0660123456", "+43 660 123", "+4366012345678901", "+43660x"])
def test_a_number_is_checked(number: str) -> None:
    """S3-54: E.164"""
    with pytest.raises(Exception, match="A number is written like"):
        channels.get("sms")({**SMS, "to": number, "url": "https://1.1.1.1/"}).check()


def test_the_monthly_cap_stops_and_says_so(http_receiver: HttpReceiver) -> None:
    """S3-54"""
    services.create_channel("sms", "sms", {**SMS, "url": http_receiver.url}, actor=ACTOR)
    for key in ("aa", "bb", "cc"):
        open_alert(key)
        services.deliver_due()
    assert len(http_receiver.requests) == 2
    last = AlertDelivery.objects.filter(alert__key="cc").get()
    assert (last.state, last.last_reason) == ("dead", "The channel's monthly cap of 2 messages is used up.")
    assert Alert.objects.filter(title="The channel sms has used up its 2 messages of this month").count() == 1


class _Lines(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data = b""
        while piece := self.request.recv(4096):
            data += piece
        self.server.taken.append(data)  # type: ignore[attr-defined]
        self.server.came.set()  # type: ignore[attr-defined]


@pytest.fixture
def syslog() -> Iterator[Any]:
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Lines)
    server.daemon_threads, server.taken, server.came = True, [], threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_syslog_gets_one_framed_line(syslog: Any) -> None:
    config = {"host": "127.0.0.1", "port": syslog.server_address[1], "security": "none"}
    receipt = send("syslog", config, message(key='a"]b', title="Two\nlines"))
    assert receipt.code == 200
    assert syslog.came.wait(60)
    (data,) = syslog.taken
    length, _, line = data.partition(b" ")
    assert int(length) == len(line)
    text = line.decode()
    assert text.startswith("<107>1 ")
    assert 'key="a\\"\\]b"' in text
    assert "Two lines" in text
    assert "\n" not in text


def test_syslog_that_is_away_is_a_failure_to_try_again() -> None:
    with socket.socket() as nobody:  # bound and not listening: its port stays shut while the test runs
        nobody.bind(("127.0.0.1", 0))
        config = {"host": "127.0.0.1", "port": nobody.getsockname()[1], "security": "none"}
        _refused(config)


def _refused(config: dict[str, Any]) -> None:
    with pytest.raises(DeliveryFailed, match="connection was not made"):
        send("syslog", config, message())


SPELLINGS = (
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
    "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "0.0.0.0", "0", "[::]",  # noqa: S104  refused, not listened at
    "10.0.0.1", "10.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.1", "169.254.169.254", "2852039166",
    "0xa9fea9fe", "0251.0376.0251.0376", "[::ffff:169.254.169.254]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]",
    "[fec0::1]", "100.64.0.1", "100.100.100.200", "192.0.0.192", "168.63.129.16", "198.18.0.1", "224.0.0.1",
    "255.255.255.255", "240.0.0.1", "[ff02::1]", "[2002:7f00:1::]", "[2001:db8::1]", "192.0.2.1", "198.51.100.1",
    "203.0.113.1", "127.0.0.1:22", "127.0.0.1:6379", "user@127.0.0.1", "1.1.1.1@127.0.0.1", "1.1.1.1:80@127.0.0.1",
    "127.0.0.1#1.1.1.1", "127.0.0.1?1.1.1.1", "127.0.0.1\\\\@1.1.1.1", "①②⑦.⓪.⓪.①", "127。0。0。1", "1.1.1.1:6379",
    "1.1.1.1:25", "%31%32%37.0.0.1",
)  # fmt: skip


@pytest.mark.parametrize("kind", ["webhook", "slack", "teams", "pagerduty", "opsgenie", "ntfy"])
def test_no_spelling_of_a_private_address_is_taken(kind: str) -> None:
    """S3-53: loopback, link-local, private and special addresses in 64 spellings, for every kind with an address."""
    assert len(set(SPELLINGS)) == 64
    needed = {"pagerduty": {"routing_key": "r"}, "opsgenie": {"api_key": "k"}, "ntfy": {"topic": "t"}}.get(kind, {})
    with override_settings(MODELOPS_ALLOW_PRIVATE_RECEIVERS=False):
        for number, spelling in enumerate(SPELLINGS):
            with pytest.raises(Exception, match=r".") as refused:
                services.create_channel(f"c{number}", kind, {**needed, "url": f"http://{spelling}/"}, actor=ACTOR)
            assert refused.value.status == 400, spelling


def test_a_kind_of_another_app_is_offered_without_a_change_of_the_portal(client: Client) -> None:
    """S3-57: a class with its settings is enough: form, API, validation, sending."""
    sent: list[Message] = []

    class Pigeon(Channel):
        label = "Pigeon"
        description = "Carries it on foot."
        fields = (Field("loft", "Loft"), Field("ring", "Ring", secret=True))

        def check(self) -> None: ...

        def destination(self) -> str:
            return str(self.config["loft"])

        def send(self, message: Message) -> Receipt:
            sent.append(message)
            return Receipt(200, "coo")

    channels.register("pigeon")(Pigeon)
    try:
        page = sign_in(client, make_user())
        assert "Add Pigeon channel" in page.get("/alerts/channels/").content.decode()
        form = page.get("/alerts/channels/new/pigeon/").content.decode()
        assert 'name="loft"' in form
        caller = Caller("ML engineer", ["all"])
        config = {"loft": "roof", "ring": "s3cret"}
        made = caller.post("alert-channels/", {"name": "p", "kind": "pigeon", "config": config}, 201)
        assert made["config"] == {"loft": "roof", "ring": "set"}
        open_alert()
        assert services.deliver_due() == 1
        assert len(sent) == 1
    finally:
        channels._classes.pop("pigeon")
