"""Who asks: a header tells it only when a trusted proxy sent it."""

from typing import Any

import pytest
from django.conf import settings as configured
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from compliance.audit.models import AuditEvent
from compliance.audit.personal.origins import origins_of
from modelops.web.peers import UNLISTED, settle, trusted_proxies
from tests.accounts.people import PASSWORD, make_user

PROXY, CLIENT, SPOOFED = "10.0.5.9", "203.0.113.77", "198.51.100.1"


@pytest.fixture
def behind_a_proxy(settings: Any) -> None:
    settings.MODELOPS_TRUSTED_PROXIES = ["10.0.5.0/24", "2001:db8::/64"]


def meta(peer: str, **said: str) -> dict[str, Any]:
    found: dict[str, Any] = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "portal.example.org"}
    found |= {f"HTTP_{name.upper()}": value for name, value in said.items()}
    settle(found)
    return found


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        (PROXY, CLIENT, CLIENT),
        (PROXY, f"{SPOOFED}, {CLIENT}", CLIENT),
        (PROXY, f"{SPOOFED}, {CLIENT}, 10.0.5.8", CLIENT),
        (PROXY, f"{CLIENT}:51234", CLIENT),
        (PROXY, '"[2001:db8:1::7]:443"', "2001:db8:1::7"),
        (PROXY, f"::ffff:{CLIENT}", CLIENT),
        (f"::ffff:{PROXY}", CLIENT, CLIENT),
        (PROXY, f"{SPOOFED}, not-an-address, 10.0.5.8", "10.0.5.8"),
        (PROXY, "unknown", PROXY),
        (PROXY, "", PROXY),
        (PROXY, ", ".join([SPOOFED] * 5000 + [CLIENT]), CLIENT),
        (PROXY, ", ".join(["10.0.5.7"] * 5000), "10.0.5.7"),
        (CLIENT, SPOOFED, CLIENT),
        ("127.0.0.1", SPOOFED, "127.0.0.1"),
        ("2001:db8:1::7", SPOOFED, "2001:db8:1::7"),
    ],
)
def test_the_client_is_the_last_address_that_no_trusted_proxy_has(
    behind_a_proxy: None, peer: str, forwarded: str, client: str
) -> None:
    """S4-48: read from the right; what stands left of an untrusted or unreadable entry was written by the client."""
    assert meta(peer, x_forwarded_for=forwarded)["REMOTE_ADDR"] == client


def test_scheme_and_host_count_from_a_trusted_proxy_alone(behind_a_proxy: None) -> None:
    said = {"x_forwarded_proto": "https", "x_forwarded_host": "other.example.org"}
    trusted, stranger = meta(PROXY, **said), meta(CLIENT, **said)
    assert (trusted["wsgi.url_scheme"], trusted["HTTP_HOST"]) == ("https", "other.example.org")
    assert (stranger["wsgi.url_scheme"], stranger["HTTP_HOST"]) == ("http", "portal.example.org")
    assert UNLISTED in stranger
    assert UNLISTED not in trusted


@pytest.mark.parametrize("said", ["https, http", "ftp", ""])
def test_a_scheme_that_is_not_one_clear_word_counts_for_nothing(behind_a_proxy: None, said: str) -> None:
    assert meta(PROXY, x_forwarded_proto=said)["wsgi.url_scheme"] == "http"


def test_nothing_behind_sees_such_a_header(behind_a_proxy: None) -> None:
    """S4-48: so no code can believe one by mistake."""
    names = ("x_forwarded_for", "forwarded", "x_real_ip", "true_client_ip", "x_forwarded_host")
    for peer in (PROXY, CLIENT):
        left = [name for name in meta(peer, **dict.fromkeys(names, SPOOFED)) if "FORWARDED" in name or "IP" in name]
        assert left == []


def test_a_proxy_at_a_unix_socket_is_named_as_such(settings: Any) -> None:
    assert meta("", x_forwarded_for=CLIENT)["REMOTE_ADDR"] == ""
    settings.MODELOPS_TRUSTED_PROXIES = ["unix"]
    assert meta("", x_forwarded_for=CLIENT)["REMOTE_ADDR"] == CLIENT
    assert meta("127.0.0.1", x_forwarded_for=CLIENT)["REMOTE_ADDR"] == "127.0.0.1"


@pytest.mark.parametrize("entry", ["0.0.0.0/0", "::/0", "proxy.example.org", "10.0.5.9/24", "*"])
def test_a_network_of_everybody_or_no_network_stops_the_start(entry: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="MODELOPS_TRUSTED_PROXIES"):
        trusted_proxies([entry])


def test_by_default_nobody_is_believed() -> None:
    assert configured.MODELOPS_TRUSTED_PROXIES == []
    assert configured.SECURE_PROXY_SSL_HEADER is None


@pytest.mark.django_db(transaction=True)
def test_a_spoofed_address_does_not_reach_the_log(behind_a_proxy: None) -> None:
    """S4-48: each row has the network of the connection; through the proxy, that of the proxy's client."""
    direct, proxied = Client(REMOTE_ADDR=CLIENT), Client(REMOTE_ADDR=PROXY)
    direct.get("/api/v1/models/", headers={"X-Forwarded-For": SPOOFED, "Forwarded": f"for={SPOOFED}"})
    proxied.get("/api/v1/models/", headers={"X-Forwarded-For": f"{SPOOFED}, 192.0.2.44"})
    for address, network in ((CLIENT, "203.0.113.0/24"), ("192.0.2.44", "192.0.2.0/24")):
        assert AuditEvent.objects.filter(source=network).exists()
        assert origins_of(address).exists()
    assert not AuditEvent.objects.filter(source="198.51.100.0/24").exists()
    assert not origins_of(SPOOFED).exists()


@pytest.mark.django_db
def test_another_spoofed_address_for_each_guess_wins_no_further_guess(behind_a_proxy: None) -> None:
    """S4-48: the guesses of one peer are counted together, however it calls itself."""
    make_user("scientist", password=PASSWORD)
    guess = {"username": "scientist", "password": "wrong"}
    said = [
        Client(REMOTE_ADDR=CLIENT).post("/sign-in/", guess, headers={"X-Forwarded-For": f"198.51.100.{number}"})
        for number in range(6)
    ]
    assert [answer.status_code == 429 for answer in said] == [False] * 5 + [True]
