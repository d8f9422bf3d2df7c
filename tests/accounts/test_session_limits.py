"""How long sessions last and how many there may be: settings within bounds, and a finding where they are weak."""

from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from accounts.limits import LIMITS
from accounts.models import Session, User
from accounts.notices import send_due
from modelops.lib import env
from modelops.lib.posture import controls
from tests.accounts.conftest import Clock
from tests.accounts.people import PASSWORD, code_of, make_user

PAGE = "/account/security/"


def enter(username: str, code: str) -> Client:
    """A browser that signed in through the pages."""
    client = Client()
    client.post("/sign-in/", {"username": username, "password": PASSWORD})
    client.post("/sign-in/code/", {"code": code})
    return client


@pytest.mark.django_db
def test_the_sixth_sign_in_ends_the_oldest_session(clock: Clock, rows: Any) -> None:
    """S3-18, S3-71: at most five at once; the ledger says which act ended the oldest, and the person is told."""
    user = make_user(password=PASSWORD)
    User.objects.filter(pk=user.pk).update(email="scientist@example.org", email_confirmed_at=timezone.now())
    browsers: list[Client] = []
    for _ in range(6):
        browsers.append(enter("scientist", code_of(user)))
        clock.forward(seconds=30)
    assert [browser.get(PAGE).status_code for browser in browsers] == [302, 200, 200, 200, 200, 200]
    assert rows("accounts.session.displaced", details__count=1, details__limit=5) == 1
    send_due()
    assert "ended your oldest session" in " ".join(mail.outbox[-1].body.split())
    # A session that is over already is none of the five.
    assert browsers[1].post("/sign-out/").status_code == 302
    enter("scientist", code_of(user))
    assert browsers[2].get(PAGE).status_code == 200
    assert rows("accounts.session.displaced") == 1


@pytest.mark.django_db
def test_shorter_limits_hold(clock: Clock, settings: Any) -> None:
    """S3-18, S3-71: the limits of staff never are longer than those of everybody."""
    settings.MODELOPS_SESSION_IDLE_MINUTES, settings.MODELOPS_SESSION_HOURS = 5, 1
    settings.MODELOPS_SESSIONS_AT_ONCE = 1
    user = make_user("officer", "Compliance officer", password=PASSWORD)
    former = enter("officer", code_of(user))
    clock.forward(seconds=30)
    browser = enter("officer", code_of(user))
    assert former.get(PAGE).status_code == 302
    clock.forward(minutes=6)
    assert browser.get(PAGE).status_code == 302
    row = Session.objects.filter(revoked_at=None).latest("created_at")
    assert (row.expires_at - row.created_at).total_seconds() <= 3600


@pytest.mark.parametrize(("value", "fault"), [("0", "at least 1"), ("61", "at most 60"), ("long", "whole number")])
def test_a_limit_out_of_bounds_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str, fault: str) -> None:
    monkeypatch.setenv("MODELOPS_SESSION_IDLE_MINUTES", value)
    with pytest.raises(ImproperlyConfigured, match=fault):
        env.integer("MODELOPS_SESSION_IDLE_MINUTES", 30, at_least=1, at_most=60)


def test_what_the_portal_recommends_is_its_default(settings: Any) -> None:
    assert {limit.setting: getattr(settings, limit.setting) for limit in LIMITS} == {
        limit.setting: limit.recommended for limit in LIMITS
    }


def test_a_weakened_limit_is_a_finding(settings: Any) -> None:
    look = next(one.look for one in controls() if one.key == "accounts.session_limits")
    assert look().passed
    settings.MODELOPS_SESSION_IDLE_MINUTES = 20
    assert look().passed
    settings.MODELOPS_SESSION_HOURS = 24
    (finding,) = look().findings
    assert "MODELOPS_SESSION_HOURS" in finding.fix
    assert "24" in finding.title
