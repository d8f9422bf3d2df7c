"""The admin is there for listed addresses; for others it is as if it were not."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from modelops.posture import admin_addresses
from modelops.web.admin_addresses import admin_networks
from tests.accounts.people import make_user, sign_in

INSIDE, OUTSIDE = ["10.20.0.0/16", "2001:db8:20::/48"], "203.0.113.9"
PAGES = ("/admin/", "/admin", "/admin/login/", "/admin/posture/", "/admin/nothing/", "/admin/accounts/user/")


def status(client: Client, page: str, address: str, **headers: str) -> int:
    return int(client.get(page, REMOTE_ADDR=address, headers=headers).status_code)


@pytest.mark.django_db
def test_the_admin_is_404_for_an_address_that_is_not_listed(settings: Any) -> None:
    """S4-114: signed in or not, by every page, also without its slash; from inside, IPv4 and IPv6, it is there."""
    officer = make_user("officer", "Compliance officer")
    assert status(Client(), "/admin/", OUTSIDE) != 404, "without a list there is no limit"
    settings.MODELOPS_ADMIN_NETWORKS = INSIDE
    for client in (Client(), sign_in(Client(), officer)):
        for page in PAGES:
            assert status(client, page, OUTSIDE) == 404, page
    desk = sign_in(Client(), officer)
    unknown = desk.get("/nothing/", REMOTE_ADDR=OUTSIDE).content.decode()
    refused = desk.get("/admin/", REMOTE_ADDR=OUTSIDE).content.decode()
    assert len(refused.splitlines()) == len(unknown.splitlines())
    assert desk.post("/admin/", REMOTE_ADDR=OUTSIDE).status_code == 404
    for address in ("10.20.7.7", "2001:db8:20::5", "::ffff:10.20.7.7"):
        assert status(desk, "/admin/", address) == 200, address
    assert status(desk, "/models/", OUTSIDE) == 200
    assert status(Client(), "/administration/", OUTSIDE) == 404


@pytest.mark.django_db
def test_the_address_is_the_one_that_a_listed_proxy_tells(settings: Any) -> None:
    """S4-114: nobody comes in by a header of their own, nor by a proxy that nobody listed."""
    settings.MODELOPS_ADMIN_NETWORKS = ["10.20.0.0/16", "127.0.0.1"]
    settings.MODELOPS_TRUSTED_PROXIES = ["192.0.2.1"]
    desk = sign_in(Client(), make_user("officer", "Compliance officer"))
    assert status(desk, "/admin/", "192.0.2.1", x_forwarded_for="10.20.1.1") == 200
    assert status(desk, "/admin/", "192.0.2.1", x_forwarded_for=OUTSIDE) == 404
    assert status(desk, "/admin/", "192.0.2.1", x_forwarded_for=f"10.20.1.1, {OUTSIDE}") == 404
    assert status(desk, "/admin/", OUTSIDE, x_forwarded_for="10.20.1.1") == 404
    assert status(desk, "/admin/", "127.0.0.1", x_forwarded_for="10.20.1.1") == 404, "a proxy of this machine, unlisted"
    assert status(desk, "/admin/", "") == 404, "a Unix socket has no address"


@pytest.mark.parametrize("entry", ["10.20.0.0/33", "10.20.0.5/16", "office", "10.20.0.0/16;10.21.0.0/16", "0.0.0.0/0",
                                   "::/0", "fe80::1%eth0/64"])  # fmt: skip
def test_a_typo_stops_the_start_and_names_the_entry(entry: str) -> None:
    """S4-114: it neither opens the admin to everybody nor locks everybody out."""
    with pytest.raises(ImproperlyConfigured) as refusal:
        admin_networks(["10.20.0.0/16", entry])
    assert entry in str(refusal.value)


def test_the_posture_tells_of_production_without_a_list(settings: Any) -> None:
    """S4-114: a finding in production, no question in development, evidence with a list."""
    settings.MODELOPS_ADMIN_NETWORKS = []
    settings.PRODUCTION = False
    assert not admin_addresses().applies
    settings.PRODUCTION = True
    assert [finding.key for finding in admin_addresses().findings] == ["open"]
    settings.MODELOPS_ADMIN_NETWORKS = INSIDE
    assert (admin_addresses().passed, "10.20.0.0/16" in admin_addresses().evidence) == (True, True)
