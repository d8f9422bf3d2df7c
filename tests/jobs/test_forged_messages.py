"""Whoever can write to the queue can make the worker do nothing: a row in the ledger is all that comes of it."""

import base64
import json
import pickle
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from compliance.audit.models import AuditEvent
from modelops.celery import app
from modelops.jobs.doorbell import HEADER, signature_of
from modelops.jobs.models import Job
from tests.live import LivePortal

pytestmark = pytest.mark.live


def put(
    task: str,
    args: list[object],
    *,
    body: bytes | None = None,
    content_type: str = "application/json",
    **headers: object,
) -> None:
    """A message as somebody with access to Valkey alone would write it."""
    number = str(uuid.uuid4())
    payload = body if body is not None else json.dumps([args, {}, {}]).encode()
    named = {"task": task} if task else {}
    message = {
        "body": base64.b64encode(payload).decode(),
        "content-encoding": "utf-8" if content_type == "application/json" else "binary",
        "content-type": content_type,
        "headers": {"lang": "py", **named, "id": number, "root_id": number, "argsrepr": "", **headers},
        "properties": {
            "correlation_id": number, "delivery_mode": 2, "delivery_tag": number, "body_encoding": "base64",
            "delivery_info": {"exchange": "", "routing_key": "celery"}, "priority": 0,
        },
    }  # fmt: skip
    with app.connection_for_write() as connection:
        connection.default_channel.client.lpush("celery", json.dumps(message))


def refusals() -> list[dict[str, str]]:
    return [row.details for row in AuditEvent.objects.filter(name="jobs.message.refused").order_by("id")]


def wait_for(count: int, portal: LivePortal) -> list[dict[str, str]]:
    end = time.monotonic() + 60
    while len(refusals()) < count:
        assert time.monotonic() < end, (refusals(), portal.log("worker")[-3000:])
        time.sleep(0.2)
    return refusals()


class Bomb:
    def __reduce__(self) -> tuple[object, ...]:
        return (open, (f"{settings.MODELOPS_HOME}/exploded", "w"))


def test_forged_messages_do_nothing_and_leave_a_refusal(live_portal: LivePortal) -> None:
    """Unknown tasks, somebody else's waiting job, tasks that run tasks, bodies of other kinds, changed arguments."""
    long_ahead = timezone.now() + timedelta(days=365)  # so that the reconciler does not ring for it either
    waiting = Job.objects.create(kind="ledger_desk.verify", actor_kind="user", actor_ref="1", created_at=long_ahead)
    Job.objects.filter(pk=waiting.pk).update(created_at=long_ahead)
    put("os.system", ["true"])
    put("jobs.run", [str(waiting.pk)])
    put("celery.starmap", [{"task": "jobs.run", "args": []}, [[str(waiting.pk)]]])
    put("jobs.run", [], body=pickle.dumps([[Bomb()], {}, {}]), content_type="application/x-python-serialize")
    put("jobs.run", [str(waiting.pk)], **{HEADER: signature_of("jobs.run", "another", [str(waiting.pk)], {})})
    put("jobs.run\nroot", ["x"])
    put("", [], body=pickle.dumps(Bomb()), content_type="application/x-python-serialize")
    put("jobs.run", [str(waiting.pk)], **{HEADER: 7})
    found = wait_for(8, live_portal)
    assert sorted((row["reason"], row["task"]) for row in found) == [
        ("body not readable", "application?x-python-serialize"),
        ("not a task message", "application?x-python-serialize"),
        ("not signed", "jobs.run"), ("not signed", "jobs.run"), ("not signed", "jobs.run"),
        ("unknown task", "celery.starmap"), ("unknown task", "jobs.run?root"), ("unknown task", "os.system"),
    ]  # fmt: skip
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == ("queued", 0)
    assert not (Path(settings.MODELOPS_HOME) / "exploded").exists()
