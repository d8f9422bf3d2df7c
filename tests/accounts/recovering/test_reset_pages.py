"""Resets of second factors in the admin: who asked, until when, and stopping one."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.actors import actor_of
from accounts.recovering.models import FactorReset
from accounts.recovering.services import factor_resets
from tests.accounts.conftest import Clock
from tests.accounts.people import make_user, sign_in
from tests.accounts.recovering.people import reachable

pytestmark = pytest.mark.django_db
LIST = "/admin/recovering/factorreset/"


def test_listed_with_their_state_and_stopped(client: Client, clock: Clock, rows: Callable[..., int]) -> None:
    """V6.4.4: a second administrator sees what the first asked for, and stops it before its time."""
    lost = reachable()
    asking = make_user("first_guard", "Security administrator")
    reset = factor_resets.ask(lost, actor=actor_of(asking))
    clock.forward(minutes=1)
    guard = sign_in(client, make_user("guard", "Security administrator"))
    listed = guard.get(f"{LIST}?state=waiting").text
    for part in ("Waiting", "first_guard", lost.username, "23 h 5"):
        assert part in listed
    assert "first_guard" in guard.get(f"{LIST}{reset.pk}/change/").text
    acts = {"action": "stop", "_selected_action": [str(reset.pk)]}
    assert "Stopped: 1" in guard.post(LIST, acts, follow=True).text
    assert "cancelled already" in guard.post(LIST, acts, follow=True).text
    assert rows("accounts.factor_reset.cancelled") == 1
    assert FactorReset.objects.get().state == "cancelled"
    clock.forward(hours=30)
    assert factor_resets.do_due() == 0


def test_who_asked_is_told_also_when_it_was_no_person(client: Client) -> None:
    from compliance.audit import Actor

    factor_resets.ask(reachable(), actor=Actor.system("break glass"))
    guard = sign_in(client, make_user("guard", "Security administrator"))
    assert "system break glass" in guard.get(LIST).text


def test_others_may_not(client: Client) -> None:
    reset = factor_resets.ask(reachable(), actor=actor_of(make_user("guard", "Security administrator")))
    officer = sign_in(client, make_user("officer", "Compliance officer"))
    assert officer.get(LIST).status_code == 403
    acts = {"action": "stop", "_selected_action": [str(reset.pk)]}
    assert officer.post(LIST, acts).status_code == 403
    assert FactorReset.objects.get().state == "waiting"
