"""What the real server makes of requests that no browser sends: told byte by byte, over a socket."""

import contextlib
import json
import socket
from typing import Any

import pytest

pytestmark = pytest.mark.live

HOST = b"Host: localhost\r\n"
SMUGGLED = b"GET /robots.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
JSON = b"Content-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


def told(portal: Any, request: bytes, *, wait_s: float = 2.0) -> tuple[bytes, bool]:
    """Everything that comes back, and whether the server then closed the connection."""
    answer, closed = b"", False
    with socket.create_connection(("127.0.0.1", portal.port), 5) as connection:
        connection.settimeout(wait_s)
        connection.sendall(request)
        with contextlib.suppress(TimeoutError, ConnectionError):
            while block := connection.recv(65536):
                answer += block
            closed = True
    return answer, closed


def length(text: bytes) -> bytes:
    return b"Content-Length: " + text + b"\r\n"


def as_many(body: bytes) -> bytes:
    return length(str(len(body)).encode())


AMBIGUOUS = {
    "length and chunks": as_many(b"0\r\n\r\n" + SMUGGLED) + CHUNKED + b"\r\n0\r\n\r\n" + SMUGGLED,
    "chunks and length": CHUNKED + length(b"4") + b"\r\n0\r\n\r\n" + SMUGGLED,
    "two lengths": length(b"0") + as_many(SMUGGLED) + b"\r\n" + SMUGGLED,
    "a list of lengths": length(b"0, %d" % len(SMUGGLED)) + b"\r\n" + SMUGGLED,
    "a signed length": length(b"+%d" % len(SMUGGLED)) + b"\r\n" + SMUGGLED,
    "a length in hex": length(b"0x10") + b"\r\n" + SMUGGLED,
    "an unknown coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a coding after chunks": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two codings": CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a folded line": b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a negative chunk": CHUNKED + b"\r\n-1\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a chunk that is too long": CHUNKED + b"\r\nFFFFFFFFFFFFFFFFF\r\nx\r\n0\r\n\r\n" + SMUGGLED,
}


def test_no_request_hides_in_the_body_of_another(live_portal: Any) -> None:
    """V4.2.1: what two servers could take apart differently is refused or ends the connection; one answer at most."""
    for name, rest in AMBIGUOUS.items():
        answer, closed = told(live_portal, b"POST /sign-in/ HTTP/1.1\r\n" + HOST + JSON + rest, wait_s=4)
        assert answer.count(b"HTTP/1.1 ") <= 1, (name, answer)
        assert b"User-agent" not in answer, name
        assert closed, (name, answer)
        assert answer.startswith(b"HTTP/1.1 4") or not answer, (name, answer[:200])


def test_a_chunked_body_is_refused_where_its_length_matters(live_portal: Any) -> None:
    """S4-107: at once, while the body still comes."""
    head = b"POST /api/v1/models/ HTTP/1.1\r\n" + HOST + JSON + CHUNKED + b"\r\n"
    answer, _ = told(live_portal, head + b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 411 ")
    assert b"request.length_required" in answer


def test_a_request_for_no_host_or_two_is_refused(live_portal: Any) -> None:
    """S4-53: neither leads anywhere."""
    for hosts in (b"", HOST + b"Host: evil.example.org\r\n", b"Host: evil.example.org\r\n", b"Host: a b\r\n"):
        answer, _ = told(live_portal, b"GET /models HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 400 "), (hosts, answer[:100])
        assert b"location:" not in answer.lower()
    absolute = b"GET http://evil.example.org/models HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    answer, _ = told(live_portal, absolute)
    assert b"evil.example.org" not in answer


def test_headers_over_the_limit_are_refused(live_portal: Any) -> None:
    answer, closed = told(live_portal, b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * 1_000_000 + b"\r\n\r\n")
    assert closed
    assert answer.startswith(b"HTTP/1.1 431 ") or not answer


def test_what_the_server_itself_refuses_is_empty_and_the_end(live_portal: Any) -> None:
    """V3.4: no code of the portal sees these, so they have no headers of its own; and nothing to protect either."""
    for name, request in {
        "no HTTP": b"\x16\x03\x01\x02\x00" + b"x" * 64 + b"\r\n\r\n",
        "no version": b"GET /sign-in/\r\n\r\n",
        "a control character": b"GET / HTTP/1.1\r\n" + HOST + b"X-Odd: a\x00b\r\n\r\n",
        "many headers": b"GET / HTTP/1.1\r\n" + HOST + b"X-Many: a\r\n" * 500 + b"\r\n",
    }.items():
        answer, closed = told(live_portal, request, wait_s=20)
        assert closed, name
        head, _, body = answer.partition(b"\r\n\r\n")
        assert not answer or head.split()[1] in {b"400", b"431"}, (name, answer[:200])
        assert (body, b"set-cookie" in head.lower(), b"location" in head.lower()) == (b"", False, False), name


def test_the_server_names_neither_itself_nor_what_went_wrong(live_portal: Any) -> None:
    """S4-38…44 over the wire: also where Django cannot take the request apart."""
    for path, extra, status in (
        (b"/health/live", b"", b"200"),
        (b"/static/css/portal.css", b"", b"200"),
        (b"/sign-in/", b"Content-Type: text/html; charset*=nope''x\r\n", b"400"),
    ):
        answer, _ = told(live_portal, b"GET " + path + b" HTTP/1.1\r\n" + HOST + extra + b"Connection: close\r\n\r\n")
        head = answer.partition(b"\r\n\r\n")[0].lower()
        assert head.startswith(b"http/1.1 " + status), answer[:200]
        assert b"granian" not in answer.lower()
        assert b"traceback" not in answer.lower()
        for name in (b"content-security-policy:", b"x-content-type-options: nosniff", b"x-frame-options: deny"):
            assert name in head, (path, name)


def test_a_forwarded_address_from_nobody_known_is_not_counted(live_portal: Any) -> None:
    """S4-48: over the wire, twice and with an underscore, as some servers fold names."""
    from compliance.audit.models import AuditEvent

    spoofed = b"X-Forwarded-For: 198.51.100.7\r\nX_Forwarded_For: 198.51.100.7\r\nForwarded: for=198.51.100.7\r\n"
    answer, _ = told(live_portal, b"GET /api/v1/models/ HTTP/1.1\r\n" + HOST + spoofed + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert set(AuditEvent.objects.filter(name="audit.request.refused").values_list("source", flat=True)) == {
        "127.0.0.0/24"
    }


def test_every_line_of_the_log_is_one_object(live_portal: Any) -> None:
    """S4-90: the server's own lines too; line ends and escapes in a path, a header or a name forge none."""
    before = len(live_portal.log("web"))
    forged = b"%0d%0a%7B%22level%22%3A%22forged%22%7D%1b%5B31m"
    told(live_portal, b"GET /nowhere" + forged + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    body = b"username=x" + forged + b"&password=y" + forged
    form = b"Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
    told(live_portal, b"POST /sign-in/ HTTP/1.1\r\n" + HOST + form + as_many(body) + b"\r\n" + body)
    lines = live_portal.log("web")[before:].splitlines()
    assert lines
    said = [json.loads(line) for line in lines]
    assert all({"at", "level", "logger", "message", "request_id"} <= set(line) for line in said)
    assert "forged" not in {line["level"] for line in said}
    assert all(json.loads(line) for line in live_portal.log("web").splitlines())
