"""A lost second factor: somebody else asks, the owner is told and can stop it, and a day passes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts import notices
from accounts.models import TOTPDevice, User
from accounts.recovering.models import FactorReset
from accounts.recovering.services import factor_resets
from accounts.services.factors import renew_recovery_codes
from compliance.audit import Actor
from modelops.lib.errors import Conflict, NotFound
from tests.accounts.conftest import Clock
from tests.accounts.people import PASSWORD, code_of, make_user, sign_in
from tests.accounts.recovering.people import mailed_link, reachable

pytestmark = pytest.mark.django_db

GUARD = Actor("user", "another")


def has_factor(user: User) -> bool:
    """Whether a second factor stands."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def test_the_factor_goes_after_a_day_and_the_owner_is_told_twice(clock: Clock, rows: Callable[..., int]) -> None:
    """V6.4.4: a notice at the request and one at the end; every session ends, and the password leads to enrolment."""
    user = reachable()
    renew_recovery_codes(user, actor=Actor.system("test"))
    sign_in(client := Client(), user)
    factor_resets.ask(user, actor=GUARD)
    assert "/sign-in/keep-factor/" in mailed_link(user.email)
    clock.forward(hours=23)
    assert factor_resets.do_due() == 0
    assert has_factor(user)
    clock.forward(hours=1.1)
    assert factor_resets.do_due() == 1
    assert factor_resets.do_due() == 0
    assert not has_factor(user)
    assert not user.recovery_codes.exists()
    assert client.get("/account/security/").status_code == 302
    notices.send_due()
    assert "your second factor was removed" in mail.outbox[-1].subject
    assert (rows("accounts.factor_reset.asked"), rows("accounts.factor.removed")) == (1, 1)
    answer = Client().post("/sign-in/", {"username": user.username, "password": PASSWORD})
    assert answer["Location"] == "/account/enrol/"


@pytest.mark.parametrize("way", ["link", "page"])
def test_the_owner_stops_it(client: Client, clock: Clock, rows: Callable[..., int], way: str) -> None:
    """By the mailed link without signing in, or on the page."""
    user = reachable()
    factor_resets.ask(user, actor=GUARD)
    path = mailed_link(user.email)
    if way == "link":
        assert client.get(path).status_code == 200
        assert has_factor(user)
        assert client.post(path).status_code == 302
        assert client.post(path).status_code == 404
    else:
        sign_in(client, user)
        assert "Keep my second factor" in client.get("/account/security/").content.decode()
        assert client.post("/account/security/keep-factor/").status_code == 302
        assert Client().get(path).status_code == 404
    clock.forward(hours=48)
    assert factor_resets.do_due() == 0
    assert has_factor(user)
    assert rows("accounts.factor_reset.cancelled") == 1
    assert FactorReset.objects.get().state == "cancelled"


def test_nobody_asks_for_themselves_or_twice() -> None:
    """V6.4.4: another person decides."""
    user = reachable()
    with pytest.raises(Conflict, match="another administrator"):
        factor_resets.ask(user, actor=Actor("user", str(user.pk)))
    with pytest.raises(NotFound):
        factor_resets.cancel(user, actor=GUARD)
    factor_resets.ask(user, actor=GUARD)
    with pytest.raises(Conflict, match="waits already"):
        factor_resets.ask(user, actor=GUARD)
    plain = make_user("engineer", "ML engineer")
    TOTPDevice.objects.filter(user=plain).delete()
    with pytest.raises(Conflict, match="no second factor"):
        factor_resets.ask(plain, actor=GUARD)


def test_the_wait_is_a_setting(settings: Any, clock: Clock) -> None:
    settings.MODELOPS_FACTOR_RESET_HOURS = 2
    user = reachable()
    factor_resets.ask(user, actor=GUARD)
    clock.forward(hours=2.1)
    assert factor_resets.do_due() == 1
    assert not has_factor(user)


def test_an_administrator_asks_in_the_admin(client: Client, rows: Callable[..., int]) -> None:
    """The list of people has the act and the one that stops it; neither takes the factor at once."""
    guard, user = make_user("guard", "Security administrator"), reachable()
    sign_in(client, guard)
    client.post("/account/confirm/", {"code": code_of(guard)})
    for act, event in (
        ("reset_second_factor", "accounts.factor_reset.asked"),
        ("keep_second_factor", "accounts.factor_reset.cancelled"),
    ):
        form = {"action": act, "_selected_action": [str(user.pk)]}
        assert client.post("/admin/accounts/user/", form).status_code == 302
        assert rows(event) == 1
    assert has_factor(user)
    form = {"action": "reset_second_factor", "_selected_action": [str(guard.pk)]}
    client.post("/admin/accounts/user/", form)
    assert not FactorReset.objects.filter(user=guard).exists()
