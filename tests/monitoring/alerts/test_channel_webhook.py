"""Webhook and Slack on the wire (S3-53)."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from monitoring.alerts.channels import DeliveryFailed, channels, slack, webhook
from monitoring.alerts.channels.answers import retry_after
from tests.monitoring.alerts.factories import message
from tests.receivers import HttpReceiver


def test_a_webhook_gets_signed_json(http_receiver: HttpReceiver) -> None:
    channel = channels.get("webhook")({"url": f"{http_receiver.url}/hook", "secret": "s3cret"}, allow_private=True)
    receipt = channel.send(message())
    (request,) = http_receiver.requests
    assert (receipt.code, receipt.answer, request.method, request.path) == (200, "ok", "POST", "/hook")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-modelops-delivery"] == message().delivery_id
    signed = dict(part.split("=", 1) for part in request.headers["x-modelops-signature"].split(","))
    expected = hmac.new(b"s3cret", signed["t"].encode() + b"." + request.body, hashlib.sha256).hexdigest()
    assert signed["v1"] == expected
    assert abs(int(signed["t"]) - datetime.now(UTC).timestamp()) < 60
    assert json.loads(request.body) == webhook.payload(message())


def test_a_webhook_without_secret_is_not_signed(http_receiver: HttpReceiver) -> None:
    channels.get("webhook")({"url": http_receiver.url}, allow_private=True).send(message())
    assert "x-modelops-signature" not in http_receiver.requests[0].headers


def test_the_signature_depends_on_time_body_and_secret() -> None:
    values = {
        webhook.sign("a", 1, b"x"),
        webhook.sign("b", 1, b"x"),
        webhook.sign("a", 2, b"x"),
        webhook.sign("a", 1, b"y"),
    }
    assert len(values) == 4
    assert webhook.sign("a", 1, b"x").startswith("t=1,v1=")


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (301, True),
        (307, True),
        (400, True),
        (404, True),
        (410, True),
        (408, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_an_answer_decides_whether_to_try_again(http_receiver: HttpReceiver, status: int, permanent: bool) -> None:
    http_receiver.status, http_receiver.body = status, b"because"
    http_receiver.headers = {"Retry-After": "120", "Location": "http://127.0.0.1:1/"}
    with pytest.raises(DeliveryFailed) as failure:
        channels.get("webhook")({"url": http_receiver.url}, allow_private=True).send(message())
    assert (failure.value.permanent, failure.value.code, failure.value.answer) == (permanent, status, "because")
    assert failure.value.retry_after_s == 120
    assert len(http_receiver.requests) == 1


def test_a_private_receiver_fails_for_good_without_being_called(http_receiver: HttpReceiver) -> None:
    for kind in ("webhook", "slack"):
        with pytest.raises(DeliveryFailed) as failure:
            channels.get(kind)({"url": http_receiver.url}).send(message())
        assert failure.value.permanent
    assert http_receiver.requests == []


def test_a_receiver_that_is_away_is_tried_again() -> None:
    with pytest.raises(DeliveryFailed) as failure:
        channels.get("webhook")({"url": "http://127.0.0.1:9/"}, allow_private=True).send(message())
    assert not failure.value.permanent or "Port" in failure.value.reason


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("999999", 3600),
        ("Sun, 22 Nov 2026 00:01:00 GMT", 60),
        ("Sat, 21 Nov 2026 00:00:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("٣", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(value: str, seconds: int | None) -> None:
    assert retry_after(value, now=datetime(2026, 11, 22, tzinfo=UTC)) == seconds


def test_slack_gets_blocks_in_which_a_title_cannot_mention_anybody(http_receiver: HttpReceiver) -> None:
    channel = channels.get("slack")({"url": f"{http_receiver.url}/services/T/B"}, allow_private=True)
    channel.send(message(title="<!channel> & <https://example.com|x>", body="<!here> " + "&" * 4000))
    sent = json.loads(http_receiver.requests[0].body)
    assert "<!" not in json.dumps(sent["text"])
    assert sent["text"] == "HIGH: &lt;!channel&gt; &amp; &lt;https://example.com|x&gt;"
    header, section, context = sent["blocks"]
    assert header["text"]["type"] == "plain_text"
    assert len(header["text"]["text"]) <= slack.HEADER_LIMIT
    assert len(section["text"]["text"]) <= slack.SECTION_LIMIT
    assert "<!" not in section["text"]["text"]
    assert context["elements"][0]["text"].endswith(f"<{message().url}|Open in the portal>")
