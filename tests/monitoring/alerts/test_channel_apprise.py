"""Apprise on the wire: the services that have no channel of their own, in a process that reaches nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from modelops.lib.errors import Invalid
from monitoring.alerts.channels import Channel, DeliveryFailed, apprise, apprise_child, channels
from monitoring.alerts.channels.apprise_schemas import MODULES
from monitoring.models import AlertChannel, DeliveryAttempt
from tests.lib.test_outbound_addresses import NOT_PUBLIC, ODD_SPELLINGS
from tests.monitoring.alerts.factories import message
from tests.monitoring.alerts.test_api import Caller
from tests.receivers import HttpReceiver


def made(url: str, *, allow_private: bool = True) -> Channel:
    return channels.get("apprise")({"url": url}, allow_private=allow_private)


def at(receiver: HttpReceiver, schema: str = "json", path: str = "/t0ken-1") -> str:
    return receiver.url.replace("http://", f"{schema}://") + path


def test_a_message_goes_out_without_the_proxies_and_secrets_of_the_environment(
    http_receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3-53"""
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    receipt = made(at(http_receiver)).send(message(title="<b>Drift</b> & more", severity="high"))
    (request,) = http_receiver.requests
    said = json.loads(request.body)
    assert (receipt.code, receipt.answer, request.path) == (200, "ok", "/t0ken-1")
    assert (said["title"], said["type"]) == ("HIGH: <b>Drift</b> & more", "failure")


@pytest.mark.parametrize(("status", "permanent"), [(302, True), (404, True), (429, False), (500, False)])
def test_an_answer_decides_and_no_redirect_is_followed(
    http_receiver: HttpReceiver, status: int, permanent: bool
) -> None:
    http_receiver.status = status
    http_receiver.headers = {"Location": f"{http_receiver.url}/elsewhere", "Retry-After": "7"}
    with pytest.raises(DeliveryFailed) as failed:
        made(at(http_receiver)).send(message())
    assert (failed.value.code, failed.value.permanent, failed.value.retry_after_s) == (status, permanent, 7)
    assert [one.path for one in http_receiver.requests] == ["/t0ken-1"]


def test_a_receiver_that_hangs_is_given_up(http_receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise, "SEND_S", 1)
    http_receiver.delay_s = 600
    with pytest.raises(DeliveryFailed) as failed:
        made(at(http_receiver)).send(message())
    assert (failed.value.reason, failed.value.permanent) == (apprise.NO_ANSWER, False)


def test_a_private_receiver_is_refused_when_it_is_saved_and_when_it_is_called(http_receiver: HttpReceiver) -> None:
    """S3-53"""
    channel = made(at(http_receiver), allow_private=False)
    with pytest.raises(Invalid, match="not public"):
        channel.check()
    with pytest.raises(DeliveryFailed, match="not public") as failed:
        channel.send(message())
    assert failed.value.permanent
    made(at(http_receiver)).check()
    assert http_receiver.requests == []


# Runs in a child as messages do: the guard cannot be taken off, so not in the process of the tests.
_TRIES = """
import json, runpy, subprocess, socket, sys
child = runpy.run_path(sys.argv[1], run_name="child")
urls, port = json.load(sys.stdin)
import apprise
requests = __import__("requests")
guard = child["Guard"](allow_private=False, may_connect=True)
child["Answers"]().watch()
guard.arm()
reached, done = [], []
for url in urls:
    guard.refused = ""
    try:
        reached.append([url, requests.post(url, data=b"x", timeout=5).status_code])
    except Exception:
        pass
def attempt(name, act):
    try:
        act()
    except Exception:
        return
    done.append(name)
attempt("program", lambda: subprocess.run(["/bin/true"]))
attempt("read", lambda: open("/etc/passwd").read())
attempt("climb", lambda: open(sys.prefix + "/../../../../../../etc/passwd").read())
attempt("write", lambda: open("/tmp/never-written", "w"))
attempt("connect", lambda: socket.socket().connect(("127.0.0.1", port)))
attempt("named", lambda: socket.socket().connect(("localhost", port)))
attempt("datagram", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port)))
attempt("unix", lambda: socket.socket(socket.AF_UNIX).connect("/run/x"))
attempt("listen", lambda: socket.socket().bind(("127.0.0.1", 0)))
socket.getaddrinfo = guard._ask
attempt("unguarded", lambda: requests.post(f"http://127.0.0.1:{port}/", timeout=5))
print(json.dumps([reached, done]))
"""


def test_every_spelling_of_a_private_address_is_refused_and_so_is_all_else(http_receiver: HttpReceiver) -> None:
    """S3-53: the spellings that our own requests refuse, through the client that Apprise uses."""
    port = int(http_receiver.url.rpartition(":")[2])
    addresses = [f"[{text}]" if ":" in text else text for text in NOT_PUBLIC]
    # Those that name 1.1.1.1 itself have a fault that only our own reading of addresses knows.
    inside = [url for url in ODD_SPELLINGS if url.startswith("http://") and "1.1.1.1" not in url]
    urls = [f"http://{host}:{port}/" for host in addresses] + inside
    child = str(Path(apprise_child.__file__))
    command = [sys.executable, "-I", "-B", "-c", _TRIES, child]
    done = subprocess.run(
        command, input=json.dumps([urls, port]).encode(), capture_output=True, check=True, env={}, timeout=300
    )
    assert json.loads(done.stdout) == [[], []]
    assert http_receiver.requests == []
    assert len(urls) > 64


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("syslog://", "names no service"),
        ("dbus://", "names no service"),
        ("macosx://", "names no service"),
        ("file:///etc/passwd", "names no service"),
        ("rsyslog://127.0.0.1", "names no service"),
        ("discord", "names no service"),
        ("jsons://example.com/?verify=no", "option verify"),
        ("slack://a/b/c/?template=/etc/passwd", "option template"),
        ("discord://only-one-part", "does not understand"),
    ],
)
def test_an_address_that_may_not_be_called_is_refused(url: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refusal:
        made(url).check()
    assert (refusal.value.code, refusal.value.field) == ("channel.invalid", "config.url")


def test_only_services_that_apprise_calls_over_http_are_taken() -> None:
    """What the installed version brings under other names is noticed here."""
    found = sys.modules.get("apprise")
    assert found is None, "Apprise is loaded in the portal's own process"
    plugins = next(Path(path) / "apprise/plugins" for path in sys.path if (Path(path) / "apprise/plugins").is_dir())
    for module in set(MODULES.values()):
        files = [plugins / f"{module}.py"] if (plugins / f"{module}.py").exists() else (plugins / module).glob("*.py")
        text = "\n".join(file.read_text() for file in files)
        assert "import requests" in text, module
        assert "import subprocess" not in text, module
    assert len(MODULES) > 200


@pytest.mark.django_db
@pytest.mark.usefixtures("private_receivers")
def test_a_channel_is_made_tried_and_never_shows_its_address(http_receiver: HttpReceiver) -> None:
    """S3-53: through the API; the attempt stands in the log like that of any other kind, its tokens masked."""
    http_receiver.body = b"thanks for t0ken-1"
    api = Caller("Data scientist", ["all"])
    body = {"name": "rest", "kind": "apprise", "config": {"url": at(http_receiver)}}
    row = api.post("alert-channels/", body, 201)
    assert row["config"] == {"url": "set"}
    tried = api.post(f"alert-channels/{row['id']}/test/")
    attempt = DeliveryAttempt.objects.get()
    assert (attempt.code, attempt.answer) == (200, "thanks for •••")
    assert "t0ken-1" not in json.dumps([row, tried])
    assert b"t0ken-1" not in bytes(AlertChannel.objects.get().sealed_config)
