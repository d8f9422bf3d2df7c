"""The web server's own handler finds an address once and looks headers up where they are; answers are Django's."""

from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpResponse
from django.http.response import ResponseHeaders
from django.test import RequestFactory
from django.urls import Resolver404

from modelops.web import handler as handlers
from modelops.web.handler import LONGEST, Handler
from modelops.web.header_lookup import Request

ADDRESSES = ["/", "/models/", "/api/v1/models/delay/versions/7/", "/api/v1/models/delay/aliases/live/", "/admin/"]
GIVEN = {
    "HTTP_ACCEPT": "text/html", "HTTP_X_STEP_UP_CODE": "123456", "HTTP_SEC_FETCH_MODE": "cors", "HTTP_EMPTY": "",
    "CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": "3", "REMOTE_ADDR": "192.0.2.7", "QUERY_STRING": "a=1",
}  # fmt: skip


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Handler:
    """The handler as the web server has it; what it changes of Django is as before afterwards."""
    monkeypatch.setattr(ResponseHeaders, "items", ResponseHeaders.items)
    return handlers.handler()


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_leads_where_django_leads_it(served: Handler, address: str) -> None:
    request: Any = RequestFactory().get(address)
    theirs = WSGIHandler().resolve_request(request)
    for _ in range(2):
        other: Any = RequestFactory().get(address)
        ours = served.resolve_request(other)
        assert (ours.func, ours.args, ours.kwargs, ours.route) == (
            theirs.func,
            theirs.args,
            theirs.kwargs,
            theirs.route,
        )
        assert other.resolver_match is ours
    assert served.resolve_request(RequestFactory().get(address)) is ours  # it was found once


def test_what_leads_nowhere_is_not_remembered(served: Handler) -> None:
    for _ in range(2):
        with pytest.raises(Resolver404):
            served.resolve_request(RequestFactory().get("/nowhere/"))
    assert not served._found


def test_many_or_long_addresses_do_not_fill_the_memory(served: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "MOST", 3)
    for number in range(8):
        match = served.resolve_request(RequestFactory().get(f"/api/v1/models/m{number}/versions/"))
        assert match.kwargs == {"name": f"m{number}"}
        assert len(served._found) <= 3
    before = dict(served._found)
    assert (
        served.resolve_request(RequestFactory().get(f"/api/v1/models/{'m' * 90}/versions/")).kwargs["name"] == "m" * 90
    )
    long = "/api/v1/models/" + "x" * LONGEST + "/versions/"
    with pytest.raises(Resolver404):
        served.resolve_request(RequestFactory().get(long))
    assert long not in served._found
    assert before != served._found


def test_a_request_with_addresses_of_its_own_is_not_mixed_up(served: Handler) -> None:
    """Django lets a middleware say which addresses hold for a request."""
    own: Any = RequestFactory().get("/.well-known/none/")
    own.urlconf = "modelops.web.urls"
    with pytest.raises(Resolver404):
        served.resolve_request(own)
    known: Any = RequestFactory().get("/models/")
    served.resolve_request(known)
    known.urlconf = "modelops.web.urls"
    with pytest.raises(Resolver404):
        served.resolve_request(known)


def test_headers_of_an_answer_are_all_given(served: Handler) -> None:
    response = HttpResponse(headers={"X-One": "1", "Content-Type": "text/plain"})
    response.headers["x-one"] = "2"
    assert sorted(response.items()) == [("Content-Type", "text/plain"), ("x-one", "2")]


def test_each_header_is_found_as_django_finds_it() -> None:
    environ = {**RequestFactory().get("/").META, **GIVEN}
    ours, theirs = Request(dict(environ)).headers, WSGIRequest(dict(environ)).headers
    for name in [
        *theirs,
        "accept",
        "X-Step-Up-Code",
        "x_step_up_code",
        "Sec-Fetch-Mode",
        "Empty",
        "Missing",
        "Remote-Addr",
    ]:
        assert ours.get(name) == theirs.get(name)
        assert ours.get(name, "none") == theirs.get(name, "none")
        assert (name in ours) is (name in theirs)
    assert dict(ours) == dict(theirs)
    assert len(ours) == len(theirs)
    assert ours["ACCEPT"] == "text/html"
    with pytest.raises(KeyError):
        ours["Missing"]
