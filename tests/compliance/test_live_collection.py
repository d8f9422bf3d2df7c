"""An access request against the running portal: real web server, real worker."""

import json
import os
import time
import urllib.request
from typing import Any

import pytest
import redis

from accounts.services import issue_api_key
from compliance.audit import Actor
from tests.accounts.people import fresh, make_user
from tests.live import LivePortal

from .cases import unpack

pytestmark = pytest.mark.live
CANARY = "canary.passenger@example.org"


def test_a_worker_collects_the_bundle_and_no_log_or_queue_holds_the_address(live_portal: LivePortal) -> None:
    """S4-61, S4-62."""
    officer = make_user("officer", "Compliance officer")
    officer.email = CANARY
    officer.save()
    _, key = issue_api_key(officer, name="live", scopes=["all"], days=1, actor=Actor.system("tests"))

    def call(path: str, body: object = None) -> bytes:
        url = f"{live_portal.url}/api/v1/subject-requests/{path}"
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {fresh(key)}", "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as answer:
            return answer.read()

    def told(path: str, body: object = None) -> Any:
        return json.loads(call(path, body))

    one = f"{told('', {'kind': 'access', 'subject': {'email': CANARY}})['id']}/"
    told(f"{one}confirm-identity/", {"note": "Called back."})
    told(f"{one}collect/", {})
    until = time.monotonic() + 60
    while told(one)["state"] == "collecting" and time.monotonic() < until:
        time.sleep(0.2)
    assert told(one)["state"] == "ready"
    sections = unpack(call(f"{one}bundle/"))["sections"]
    assert sections["accounts.account"]["rows"][0]["email"] == CANARY
    told_of = [row["action"] for row in sections["audit.events"]["rows"]]
    assert [action for action in told_of if action.startswith("subjects.") and "viewed" not in action] == [
        "subjects.request.opened",
        "subjects.request.identity_confirmed",
        "subjects.bundle.collection_started",
    ]

    store = redis.Redis.from_url(os.environ["REDIS_URL"])
    kept = b"".join(name + (store.dump(name) or b"") for name in store.scan_iter())
    assert CANARY.encode() not in kept
    assert CANARY not in live_portal.log("web") + live_portal.log("worker")
