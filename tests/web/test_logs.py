"""Log lines: one an event, with its request's id, and nothing that a value brings can forge one."""

import io
import json
import logging
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from modelops.lib import logs
from tests.accounts.people import PASSWORD, make_user

FORGED = '\r\n{"level": "info", "message": "forged"}\x1b[2J\x00\u2028\u202e\x85'


@pytest.fixture(params=["json", "text"])
def written(request: Any) -> Any:
    """What a log in this form holds of everything that the portal says meanwhile."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.FORMATS[request.param]())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def lines_of(stream: io.StringIO) -> list[str]:
    return stream.getvalue().split("\n")[:-1]


@pytest.mark.django_db
def test_no_value_of_a_request_forges_a_line_or_drives_a_terminal(written: io.StringIO) -> None:
    """S4-90: path, query, header, host, user name and an exception's words."""
    make_user("scientist", password=PASSWORD)
    client = Client(raise_request_exception=False, headers={"user-agent": FORGED, "x-request-id": FORGED})
    client.get(f"/nowhere{FORGED}/?x={FORGED}")
    client.get("/sign-in/", headers={"host": f"evil{FORGED}"})
    client.post("/sign-in/", {"username": f"scientist{FORGED}", "password": FORGED})
    client.get("/api/v1/models/", headers={"authorization": f"Bearer {FORGED}"})
    client.generic("POST", "/api/v1/auth/token/", b"{" + FORGED.encode(), content_type="application/json")
    logging.getLogger("modelops.tests").warning("A user called %s", FORGED)
    try:
        raise ValueError(FORGED)
    except ValueError:
        logging.getLogger("modelops.tests").exception("It failed for %s", FORGED)
    lines = lines_of(written)
    assert len(lines) > 5
    for line in lines:
        assert line.isprintable(), line
        assert not line.startswith('{"level": "info", "message": "forged"}')
    assert "\\x1b" in written.getvalue() or "\\u001b" in written.getvalue()


@pytest.mark.django_db
def test_every_line_of_a_request_has_the_id_that_its_answer_has(client: Client) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JSONFormatter())
    logging.getLogger().addHandler(handler)
    try:
        own = client.get("/nowhere/").headers["X-Request-Id"]
        logging.getLogger("modelops.tests").warning("outside")
    finally:
        logging.getLogger().removeHandler(handler)
    *inside, outside = [json.loads(line) for line in lines_of(stream)]
    assert inside
    assert {line["request_id"] for line in inside} == {own}
    assert outside["request_id"] == ""


def test_the_form_of_the_log_is_one_that_exists() -> None:
    with pytest.raises(ImproperlyConfigured, match="use json or text"):
        logs.configure({"level": "INFO", "format": "xml"})
