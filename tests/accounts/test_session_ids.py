"""The id of a session: new wherever rights may change, and a former one opens nothing and takes nothing away."""

from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.models import Session, TOTPDevice
from accounts.services import revoke_session
from accounts.sessions.middleware import SessionMiddleware
from accounts.sessions.signed_in import AuthenticationMiddleware, OTPMiddleware
from accounts.sessions.store import SessionStore
from compliance.audit import Actor
from tests.accounts.people import PASSWORD, code_of, enrol, make_user, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/account/security/"
ACTOR = Actor.system("test")


def session_id(client: Client) -> str:
    """What the browser's cookie says."""
    return client.cookies["session"].value


def browser_with(value: str) -> Client:
    """A browser that was given a session cookie."""
    client = Client()
    client.cookies["session"] = value
    return client


def give_password(client: Client, username: str) -> Any:
    """The first step."""
    return client.post("/sign-in/", {"username": username, "password": PASSWORD})


def test_each_step_of_signing_in_gives_a_new_id(client: Client) -> None:
    """S3-18: before and after the password, the code and a confirmation; the former ids open nothing."""
    user = make_user(password=PASSWORD)
    ids: list[str] = []
    give_password(client, "scientist")
    ids.append(session_id(client))
    give_password(client, "scientist")
    ids.append(session_id(client))
    client.post("/sign-in/code/", {"code": code_of(user)})
    ids.append(session_id(client))
    client.post("/account/confirm/", {"code": code_of(user, steps=1)})
    ids.append(session_id(client))
    assert len(set(ids)) == 4
    for former in ids[:3]:
        assert browser_with(former).get(PAGE).status_code == 302
        assert browser_with(former).get("/sign-in/code/").status_code == 302
    assert client.get(PAGE).status_code == 200


def test_a_planted_session_id_is_not_signed_in(client: Client) -> None:
    """Fixation: the attacker gives the victim a session of their own, and waits."""
    make_user("attacker", password=PASSWORD)
    victim = make_user("victim", password=PASSWORD)
    attacker = Client()
    give_password(attacker, "attacker")
    client.cookies["session"] = session_id(attacker)
    give_password(client, "victim")
    client.post("/sign-in/code/", {"code": code_of(victim)})
    assert client.get(PAGE).status_code == 200
    assert session_id(client) != session_id(attacker)
    assert attacker.get(PAGE).status_code == 302
    assert attacker.get("/sign-in/code/").status_code == 302


def test_signing_in_within_a_session_ends_that_session(client: Client, rows: Any) -> None:
    """The same account or another one: nothing of the former session goes on."""
    former = make_user("former")
    sign_in(client, former)
    old = session_id(client)
    other = make_user("other", password=PASSWORD)
    give_password(client, "other")
    assert browser_with(old).get(PAGE).status_code == 302
    client.post("/sign-in/code/", {"code": code_of(other)})
    assert list(Session.objects.values_list("user__username", flat=True)) == ["other"]
    assert rows("accounts.session.ended", actor_ref=str(former.pk)) == 1


def test_a_new_password_gives_a_new_id_and_no_more_time(client: Client) -> None:
    """The clocks of the session run on: changing the password is no way around the longest time."""
    sign_in(client, make_user(password=PASSWORD))
    old, before = session_id(client), Session.objects.get()
    new = "another horse battery staple"
    client.post(f"{PAGE}password/", {"current": PASSWORD, "password": new, "repeated": new})
    assert session_id(client) != old
    assert client.get(PAGE).status_code == 200
    assert browser_with(old).get(PAGE).status_code == 302
    after = Session.objects.get()
    assert (after.pk, after.expires_at, after.created_at) == (before.pk, before.expires_at, before.created_at)


def test_a_late_answer_to_a_former_id_leaves_the_new_cookie_alone(client: Client) -> None:
    """Parallel requests while the id changes: the late one is nobody's, and takes nothing from the browser."""
    sign_in(client, make_user())
    old = session_id(client)
    store = SessionStore(old)
    store.cycle_key()
    store.save()
    answer = browser_with(old).get(PAGE)
    assert answer["Location"].startswith("/sign-in/")
    assert "session" not in answer.cookies
    assert browser_with(store.session_key).get(PAGE).status_code == 200


def test_a_request_under_way_does_not_write_over_a_new_id(client: Client) -> None:
    """What it read is older than what came with the new id."""
    sign_in(client, make_user())
    early, late = SessionStore(session_id(client)), SessionStore(session_id(client))
    early["place"], late["place"] = "early", "late"
    early.cycle_key()
    early.save()
    with pytest.raises(UpdateError):
        late.save()
    with pytest.raises(SessionInterrupted):
        late.cycle_key()
    assert SessionStore(early.session_key)["place"] == "early"


def test_of_two_requests_that_change_the_id_one_does(client: Client) -> None:
    sign_in(client, make_user())
    stores = [SessionStore(session_id(client)) for _ in range(2)]
    assert all(store.current_row for store in stores)
    stores[0].cycle_key()
    with pytest.raises(SessionInterrupted):
        stores[1].cycle_key()
    assert Session.objects.count() == 1


def test_a_late_request_of_a_revoked_session_does_not_revive_it(client: Client) -> None:
    """S3-19: through the middleware, as a request does that was slow."""
    sign_in(client, make_user())

    def slow(request: HttpRequest) -> HttpResponse:
        request.session["seen"] = True
        revoke_session(Session.objects.get(), actor=ACTOR)
        return HttpResponse("late")

    request = RequestFactory().get("/")
    request.COOKIES["session"] = session_id(client)
    with pytest.raises(SessionInterrupted):
        SessionMiddleware(slow)(request)
    assert client.get(PAGE).status_code == 302
    assert Session.objects.get().revoked_at is not None


def test_the_cookie_goes_with_the_session_that_ends(client: Client) -> None:
    sign_in(client, make_user())
    answer = client.post("/sign-out/")
    assert answer.cookies["session"].value in {"", session_id(client)}
    assert Session.objects.filter(user__isnull=False).count() == 0
    assert client.get(PAGE).status_code == 302


def test_who_is_signed_in_costs_one_read(client: Client, django_assert_num_queries: Any) -> None:
    """The session, its account and its factor, through the middleware of a request."""
    user = make_user()
    sign_in(client, user)

    def who(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"{request.user.pk} {request.user.is_verified()}")

    request = RequestFactory().get("/")
    request.COOKIES["session"] = session_id(client)
    with django_assert_num_queries(1):
        answer = SessionMiddleware(AuthenticationMiddleware(OTPMiddleware(who)))(request)
    assert answer.content.decode() == f"{user.pk} True"
    assert request.user.otp_device.persistent_id == TOTPDevice.objects.get(user=user).persistent_id


@pytest.mark.parametrize("away", ["unconfirmed", "removed", "another account's", "another in the table"])
def test_a_factor_that_does_not_stand_signs_nobody_in(client: Client, away: str) -> None:
    """S3-11: also when it went away past every service."""
    user, other = make_user(), make_user("other")
    sign_in(client, user)
    assert client.get(PAGE).status_code == 200
    own = TOTPDevice.objects.filter(user=user)
    if away == "unconfirmed":
        own.update(confirmed=False)
    elif away == "removed":
        own.delete()
    elif away == "another account's":
        Session.objects.update(factor_id=TOTPDevice.objects.get(user=other).pk)
        own.delete()
    else:
        own.delete()
        Session.objects.update(factor_id=enrol(user).pk)  # stands, and is not the one that the session was opened with
    assert client.get(PAGE).status_code == 302
