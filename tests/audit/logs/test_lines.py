"""A line of the log belongs to its request, and no value can forge one or drive a terminal."""

import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from compliance.audit.context import current
from compliance.audit.models import AuditEvent
from modelops.lib import logs
from modelops.rest.middleware import RequestContextMiddleware
from tests.accounts.people import make_user, sign_in

HOSTILE = ["\n", "\r\n", "\x1b[2J", "\u202e", "\u2028", "\x00", "\x85", '"}\n{"level": "error"', "%0d%0a", "A" * 65_536]
_texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40)).map(lambda text: f"x{text}y")


class Lines(logging.Handler):
    """What the real formatter makes of each record, at the moment that it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.JSONFormatter())
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))

    def read(self) -> list[dict[str, Any]]:
        """Every line as JSON; each is one line of ASCII that a terminal only shows."""
        assert all(text.isascii() and text.isprintable() for text in self.texts)
        return [json.loads(text) for text in self.texts]


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler = Lines()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"),
    [("/no/such/page/", 404), ("/api/v1/models/", 401), ("/api/v1/models/no-such/", 404), ("/models/-/new/", 403)],
)
def test_every_line_of_a_request_has_the_id_of_the_answer(lines: Lines, path: str, status: int) -> None:
    """S0-30: also what Django itself says about the answer."""
    client = Client() if status == 401 else sign_in(Client(), make_user("viewer", "Viewer"))
    lines.texts.clear()
    answer = client.get(path)
    assert answer.status_code == status
    said = lines.read()
    assert said
    assert {line.get("request_id") for line in said} == {answer.headers["X-Request-Id"]}


@pytest.mark.django_db
def test_an_unexpected_error_has_it_too(lines: Lines) -> None:
    """S0-30: with the traceback, in one line."""

    def fail(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError("1\n2")

    from django.core.handlers.exception import convert_exception_to_response

    answer = RequestContextMiddleware(convert_exception_to_response(fail))(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert {line.get("request_id") for line in lines.read()} == {answer.headers["X-Request-Id"]}
    assert any("ZeroDivisionError" in line.get("exception", "") for line in lines.read())


def test_what_is_said_while_an_answer_is_sent_belongs_to_it(lines: Lines) -> None:
    """S0-30: the last byte leaves long after the view has ended."""
    closed = []

    def content() -> Iterator[bytes]:
        try:
            logging.getLogger("tests").warning("begun")
            yield b"a"
            logging.getLogger("tests").warning("going on")
            yield b"b"
        finally:
            closed.append(current.get().request_id)

    answer = RequestContextMiddleware(lambda request: StreamingHttpResponse(content()))(RequestFactory().get("/"))
    own = answer.headers["X-Request-Id"]
    assert isinstance(answer, StreamingHttpResponse)
    sent = iter(answer)
    assert next(sent) == b"a"
    logging.getLogger("tests").warning("meanwhile")
    assert next(sent) == b"b"
    for closer in answer._resource_closers:  # what the server does, but for the signal that closes connections
        closer()
    said = {line["message"]: line.get("request_id") for line in lines.read()}
    assert said == {"begun": own, "going on": own, "meanwhile": ""}
    assert closed == [own]


@given(text=_texts)
@settings(max_examples=60, deadline=None)
def test_any_value_is_one_line_of_json(text: str) -> None:
    """S0-30: as a message, an argument and an exception."""
    formatter = logs.JSONFormatter()
    try:
        raise ValueError(text)
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, f"{text.replace('%', '')} %s", (text,), info)
    written = formatter.format(record)
    assert written.isascii()
    assert written.isprintable()
    assert len(json.loads(written)["message"]) <= 8000


class TestAnyRequest(TestCase):
    @given(text=_texts, agent=_texts)
    @settings(max_examples=12, deadline=None)
    def test_hostile_names_paths_and_browsers_make_one_row_and_one_line_each(self, text: str, agent: str) -> None:
        """S0-30: the name of a model in an address, the name of an account, the name of a browser."""
        person, stranger = sign_in(Client(), make_user()), Client(headers={"user-agent": agent})
        handler = Lines()
        logging.getLogger().addHandler(handler)
        try:
            answers = [stranger.get(f"/api/v1/models/{quote(text)}/")]
            body = {"username": text, "password": text, "otp": "000000"}
            answers.append(stranger.post("/api/v1/auth/token/", body, content_type="application/json"))
            body = {"name": text, "task_type": text}
            answers.append(person.post("/api/v1/models/", body, content_type="application/json"))
        finally:
            logging.getLogger().removeHandler(handler)
        said = handler.read()
        for answer in answers:
            assert answer.status_code in {400, 401, 404, 429}
            own = answer.headers["X-Request-Id"]
            assert len([line for line in said if line["request_id"] == own]) == 1
            rows = AuditEvent.objects.filter(request_id=own)
            assert rows.count() == (0 if answer.status_code in {404, 429} else 1)
            assert text not in "".join(f"{row.via}{row.source}{row.target_label}" for row in rows)
        assert len(said) == len(answers)
