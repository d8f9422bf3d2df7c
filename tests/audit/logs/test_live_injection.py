"""The real web server: whatever is sent, no header is added to an answer and no line to the log."""

import json
import socket
from collections.abc import Iterator

import pytest

from compliance.audit.models import AuditEvent
from compliance.audit.personal import payloads
from tests.live import LivePortal

pytestmark = pytest.mark.live

PATHS = [
    b"/api/v1/models/?search=a%0d%0aX-Injected:%20yes%1b%5b2J",
    b"/api/v1/models/a%0d%0aX-Injected:%20yes/",
    b"/api/v1/models/a%0aSet-Cookie:%20a=b/",
    b"/api/v1/models/%1b%5b2J%e2%80%ae/",
    b"/api/v1/models/" + b"A" * 20_000 + b"/",
]
HEADERS = [
    b"User-Agent: a\x1b[31mred",
    b"X-Request-Id: forged\tid",
    b"User-Agent: " + b"A" * 65_536,
    b"Referer: http://elsewhere.example/%0d%0aX-Injected: yes",
]


def asked(portal: LivePortal, path: bytes, header: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers of the answer to exactly these bytes; 0 when the server hung up."""
    with socket.create_connection(("127.0.0.1", portal.port), timeout=20) as connection:
        connection.sendall(
            b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + header + b"\r\n\r\n"
        )
        raw = b"".join(_received(connection))
    if not raw:
        return 0, {}
    head = raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    return int(head[0].split()[1]), {
        name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])
    }


def _received(connection: socket.socket) -> Iterator[bytes]:
    try:
        while block := connection.recv(65_536):
            yield block
    except ConnectionResetError:
        return


def test_no_header_no_line_and_one_row(live_portal: LivePortal) -> None:
    """S0-30: what was refused has one row; every line of the log after the start is JSON with its request's id."""
    begun = len(live_portal.log("web"))
    ids, refused = set(), set()
    for path in PATHS:
        for header in HEADERS:
            status, headers = asked(live_portal, path, header)
            assert status in {0, 400, 401, 404, 414, 431}
            assert not {"x-injected", "set-cookie"} & set(headers)
            if "x-request-id" in headers:
                assert headers["x-request-id"].isprintable()
                assert "forged" not in headers["x-request-id"]
                ids.add(headers["x-request-id"])
                refused |= {headers["x-request-id"]} if status == 401 else set()
    assert len(refused) >= 3
    rows = AuditEvent.objects.filter(request_id__in=ids)
    assert sorted(row.request_id for row in rows) == sorted(refused)
    for row in rows:
        origin = payloads.open_payload(bytes(row.origin or b""))
        assert origin is not None
        assert origin["address"] == "127.0.0.1"
        assert origin["user_agent"].isprintable()
        assert len(origin["user_agent"]) <= 256
    said = [json.loads(line) for line in live_portal.log("web")[begun:].splitlines() if line.strip()]
    assert {line["request_id"] for line in said if line["logger"] == "django.request"} == ids
    assert all(line.isascii() and line.isprintable() for line in live_portal.log("web")[begun:].splitlines())


def test_what_a_command_does_names_the_command(live_portal: LivePortal) -> None:
    """S4-81: nobody made a request, so there is no origin."""
    live_portal.manage("create_user", "pipeline-7", "--role", "Pipeline")
    row = AuditEvent.objects.get(name="accounts.user.made_ready")
    assert (row.actor_kind, row.via, row.origin) == ("system", "command:create_user", None)
