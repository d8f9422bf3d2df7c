"""The message that rings for a job: written by the portal, and the one that Celery would have written."""

import base64
import json
import uuid
from typing import Any

import pytest
from django.conf import settings

from modelops.celery import app
from modelops.embedded.processes import wait_until
from modelops.jobs import message
from modelops.jobs.broker import broker_client

JOB = uuid.UUID("01a20715-6a32-7bb7-84c0-d3488147091d")


def put_by(send: Any) -> dict[str, Any]:
    """What ``send`` puts into the queue, with its body opened."""
    client: Any = broker_client(settings.REDIS_URL)
    queue = message.own_queue(settings.CELERY_BROKER_URL, settings.REDIS_URL)
    assert queue == "modelops:celery"
    before = client.llen(queue)
    send()
    assert wait_until(lambda: client.llen(queue) == before + 1, 10)  # nobody waits for Valkey to say that it has it
    found: dict[str, Any] = json.loads(client.lpop(queue))
    found["body"] = json.loads(base64.b64decode(found["body"]))
    return found


def without_numbers(found: dict[str, Any]) -> dict[str, Any]:
    """Each message has an id of its own, in these places, and is signed with it."""
    number = found["headers"].pop("id")
    assert found["headers"].pop("root_id") == number == found["properties"].pop("correlation_id")
    uuid.UUID(number)
    uuid.UUID(found["properties"].pop("delivery_tag"))
    found["properties"].pop("reply_to")  # nobody waits for a result
    assert len(found["headers"].pop("doorbell")) == 64
    return found


def test_the_message_is_the_one_that_celery_writes() -> None:
    """Whatever Celery adds to its messages in another version shows here."""
    ours = put_by(lambda: message.send(JOB))
    theirs = put_by(lambda: app.send_task("jobs.run", (str(JOB),), retry=False))
    assert without_numbers(ours) == without_numbers(theirs)


def test_each_message_has_a_tag_of_its_own_and_a_signature_of_it() -> None:
    """A worker acknowledges by the tag, and acts on signed messages only."""
    from modelops.jobs.doorbell import signature_of

    first, second = (put_by(lambda: message.send(JOB)) for _ in range(2))
    assert first["properties"]["delivery_tag"] != second["properties"]["delivery_tag"]
    for one in (first, second):
        number = one["headers"]["id"]
        assert one["headers"]["doorbell"] == signature_of("jobs.run", number, [str(JOB)], {})


def test_another_broker_gets_its_messages_by_celery(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(settings, "CELERY_BROKER_URL", "amqp://queue.example//")
    monkeypatch.setattr(app, "send_task", lambda *given, **more: sent.append((given, more)))
    message.send(JOB)
    assert sent == [(("jobs.run", (str(JOB),)), {"retry": False})]


def test_the_signature_is_that_of_djangos_salted_hmac() -> None:
    """Messages that another release has put into the queue keep their signatures."""
    from django.utils.crypto import salted_hmac

    from modelops.jobs.doorbell import signature_of

    text = json.dumps(["jobs.run", "number", [["argument"], {}]], sort_keys=True)
    expected = salted_hmac("modelops.jobs.doorbell", text, algorithm="sha256").hexdigest()
    assert signature_of("jobs.run", "number", ["argument"], {}) == expected
