"""Passkeys: making, signing in, confirming, and everything that does not count as one."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from accounts.models import Session, TOTPDevice, User
from accounts.passkeys.ceremonies import KEY
from accounts.passkeys.models import Passkey
from accounts.services import deactivate, step_up
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.crypto.errors import DecryptionFailed
from tests.accounts.conftest import Clock
from tests.accounts.passkeys.authenticator import PRESENT, Authenticator
from tests.accounts.people import PASSWORD, code_of, make_user
from tests.accounts.people import sign_in_earlier as sign_in

pytestmark = pytest.mark.django_db

OPTIONS = "/sign-in/passkey/options/"
SIGN_IN = "/sign-in/passkey/"


def new_authenticator(**more: Any) -> Authenticator:
    """One whose browser is at the portal's own address."""
    return Authenticator(origin=more.pop("origin", django_settings.MODELOPS_BASE_URL), **more)


def fresh(client: Client, user: User, *, steps: int = 0) -> Client:
    """Signed in with a factor that was shown just now."""
    sign_in(client, user)
    client.post("/account/confirm/", {"code": code_of(user, steps=steps)})
    return client


def add(client: Client, device: Authenticator, name: str = "Laptop") -> Any:
    """Add a passkey as the page does."""
    options = client.post("/account/security/passkeys/options/").json()
    return client.post("/account/security/passkeys/", {"name": name, "answer": device.make(options)})


@pytest.fixture
def owner() -> User:
    """An account with a password and an app."""
    return make_user(password=PASSWORD)


@pytest.fixture
def device(owner: User) -> Authenticator:
    """An authenticator that holds a passkey of the owner."""
    made = new_authenticator()
    assert add(fresh(Client(), owner), made)["Location"] == "/account/security/"
    return made


def show(client: Client, device: Authenticator, **more: Any) -> Any:
    """Sign in with the passkey."""
    return client.post(SIGN_IN, {"answer": device.show(client.post(OPTIONS).json(), **more)})


def is_in(client: Client) -> bool:
    """Whether the browser is signed in."""
    return bool(client.get("/account/security/").status_code == 200)


def refusals() -> list[str]:
    """Why passkeys were refused, as the ledger says."""
    rows = AuditEvent.objects.filter(name="accounts.passkey.refused")
    return sorted(rows.values_list("details__reason", flat=True))


def test_the_options_demand_what_makes_a_passkey_two_factors(client: Client, owner: User) -> None:
    """V6: found by itself, the person verified, for the host of the portal alone."""
    fresh(client, owner)
    made = client.post("/account/security/passkeys/options/").json()
    assert made["rp"]["id"] == "localhost"
    assert made["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    shown = Client().post(OPTIONS).json()
    assert (shown["rpId"], shown["userVerification"], shown.get("allowCredentials", [])) == (
        "localhost",
        "required",
        [],
    )
    assert made["challenge"] != shown["challenge"]


def test_a_passkey_alone_signs_in(client: Client, device: Authenticator, rows: Callable[..., int]) -> None:
    """V6.3: without name and password; the session counts as freshly confirmed."""
    cookie = client.post(OPTIONS) and client.cookies["session"].value
    assert show(client, device).status_code == 302
    assert is_in(client)
    assert client.cookies["session"].value != cookie
    assert Session.objects.get(pk=client.session.current_row.pk).amr == ["pop", "user", "mfa"]  # type: ignore[attr-defined]
    assert step_up.CONFIRMED_KEY in client.session
    assert (rows("accounts.passkey.accepted"), rows("accounts.sign_in.succeeded")) == (1, 1)


def test_a_passkey_is_a_second_factor_after_the_password(client: Client, owner: User, device: Authenticator) -> None:
    client.post("/sign-in/", {"username": owner.username, "password": PASSWORD, "next": "/jobs/"})
    assert show(client, device)["Location"] == "/jobs/"
    assert Session.objects.get(pk=client.session.current_row.pk).amr == ["pwd", "pop"]  # type: ignore[attr-defined]


def test_somebody_elses_passkey_is_no_second_factor(client: Client, device: Authenticator) -> None:
    other = make_user("engineer", "ML engineer", password=PASSWORD)
    client.post("/sign-in/", {"username": other.username, "password": PASSWORD})
    assert show(client, device)["Location"] == "/sign-in/code/"
    assert not is_in(client)
    assert refusals() == ["somebody else's passkey"]


def test_an_answer_counts_once_and_in_its_own_session(client: Client, device: Authenticator) -> None:
    """The challenge is used up by the first answer, right or wrong, and belongs to one browser."""
    answer = device.show(client.post(OPTIONS).json())
    other = Client()
    other.post(SIGN_IN, {"answer": answer})
    assert not is_in(other)
    kept = dict(client.session.items())
    assert client.post(SIGN_IN, {"answer": answer}).status_code == 302
    assert is_in(client)
    again = Client()
    again.post(OPTIONS)
    session = again.session
    session[KEY] = kept[KEY]  # an old copy of a session that somebody brings back
    session.save()
    again.post(SIGN_IN, {"answer": answer})
    assert not is_in(again)
    assert refusals() == ["no open challenge", "the challenge was answered before"]


def test_a_challenge_waits_five_minutes_and_serves_one_purpose(
    client: Client, owner: User, device: Authenticator, clock: Clock
) -> None:
    options = client.post(OPTIONS).json()
    clock.forward(minutes=6)
    client.post(SIGN_IN, {"answer": device.show(options)})
    assert not is_in(client)
    sign_in(client, owner)
    options = client.post("/account/confirm/passkey/options/").json()
    client.post(SIGN_IN, {"answer": device.show(options)})
    assert refusals() == ["no open challenge"] * 2


@pytest.mark.parametrize("fault", ["origin", "party", "not verified", "another key", "garbage", "empty", "long"])
def test_what_is_not_quite_a_passkey_is_refused(client: Client, device: Authenticator, fault: str) -> None:
    """V6: the origin, the party, the check of the person and the signature each count."""
    more: dict[str, Any] = {}
    if fault == "origin":
        device.origin = "https://portal.example"
    elif fault == "party":
        more["party"] = "portal.example"
    elif fault == "not verified":
        device.flags = PRESENT
    elif fault == "another key":
        device.key = new_authenticator().key
    options = client.post(OPTIONS).json()
    answer = {"garbage": '{"id": 1}', "empty": "", "long": "x" * 30_000}.get(fault) or device.show(options, **more)
    answer = "" if fault == "empty" else answer
    assert client.post(SIGN_IN, {"answer": answer})["Location"] == "/sign-in/"
    assert not is_in(client)
    assert len(refusals()) == 1


def test_a_count_that_goes_back_stops_the_passkey(owner: User, device: Authenticator, rows: Callable[..., int]) -> None:
    """V6: a copy of an authenticator is noticed, and neither works any more."""
    assert show(first := Client(), device).status_code == 302
    device.count -= 1
    show(second := Client(), device)
    assert not is_in(second)
    assert not is_in(first)
    assert rows("accounts.passkey.stopped") == 1
    device.count += 10
    show(second, device)
    assert not is_in(second)
    assert Passkey.objects.get(user=owner).confirmed is False


def test_passkeys_that_do_not_count_are_taken(client: Client, owner: User) -> None:
    """Those that a provider keeps for several devices say 0 each time."""
    device = new_authenticator(counts=False)
    add(fresh(Client(), owner), device)
    for _ in range(2):
        assert show(client, device).status_code == 302
        assert is_in(client)
        client.post("/sign-out/")


def test_a_deactivated_account_has_no_way_in(client: Client, owner: User, device: Authenticator) -> None:
    """S4-36: nor by passkey."""
    deactivate(owner, actor=Actor.system("test"))
    show(client, device)
    assert not is_in(client)


def test_adding_needs_a_fresh_factor_and_is_told(client: Client, owner: User, rows: Callable[..., int]) -> None:
    """A session that somebody left open adds no passkey."""
    sign_in(client, owner)
    for path in ("/account/security/passkeys/", "/account/security/passkeys/options/"):
        assert client.post(path)["Location"].startswith("/account/confirm/")
    client.post("/account/confirm/", {"code": code_of(owner)})
    before = rows("accounts.factor.enrolled")
    device = new_authenticator()
    assert add(client, device).status_code == 302
    assert rows("accounts.factor.enrolled") == before + 1
    twice = add(client, device)
    assert twice.status_code == 422
    assert "in use already" in twice.content.decode()


@pytest.mark.parametrize("fault", ["origin", "not verified", "garbage"])
def test_what_is_not_quite_a_new_passkey_is_refused(client: Client, owner: User, fault: str) -> None:
    fresh(client, owner)
    device = new_authenticator()
    if fault == "origin":
        device.origin = "https://portal.example"
    elif fault == "not verified":
        device.flags = PRESENT
    options = client.post("/account/security/passkeys/options/").json()
    answer = json.dumps({"id": "x"}) if fault == "garbage" else device.make(options)
    assert client.post("/account/security/passkeys/", {"name": "Laptop", "answer": answer}).status_code == 422
    assert not Passkey.objects.exists()


def test_the_credential_opens_only_for_its_user_and_row(owner: User, device: Authenticator) -> None:
    """Whoever can write the table cannot sign in as somebody else with a passkey of their own."""
    other = make_user("engineer", "ML engineer")
    own = new_authenticator()
    add(fresh(Client(), other), own)
    mine = Passkey.objects.get(user=owner)
    assert device.id not in bytes(mine.sealed_credential)
    Passkey.objects.filter(user=other).update(user=owner)
    with pytest.raises(DecryptionFailed):
        Passkey.objects.exclude(pk=mine.pk).get().open_credential()
    own.user_handle = owner.pk.bytes
    show(client := Client(), own)
    assert not is_in(client)
    assert refusals() == ["DecryptionFailed"]


def test_confirming_with_a_passkey(client: Client, owner: User, device: Authenticator) -> None:
    """S0-06: it counts as a code does, and only one's own."""
    sign_in(client, owner)
    options = client.post("/account/confirm/passkey/options/").json()
    answer = client.post("/account/confirm/passkey/?next=/jobs/", {"answer": device.show(options)})
    assert answer["Location"] == "/jobs/"
    assert client.get("/account/security/passkeys/").status_code == 200
    other = sign_in(Client(), make_user("engineer", "ML engineer"))
    options = other.post("/account/confirm/passkey/options/").json()
    refused = other.post("/account/confirm/passkey/?next=/jobs/", {"answer": device.show(options)})
    assert refused["Location"].startswith("/account/confirm/")
    assert step_up.CONFIRMED_KEY not in other.session


def test_a_passkey_as_the_first_factor_brings_recovery_codes(client: Client, owner: User) -> None:
    """Enrolment at the first sign-in, with a passkey in place of an app."""
    TOTPDevice.objects.all().delete()
    client.post("/sign-in/", {"username": owner.username, "password": PASSWORD})
    assert client.get("/account/enrol/passkey/").status_code == 200
    device = new_authenticator()
    options = client.post("/account/enrol/passkey/options/").json()
    page = client.post("/account/enrol/passkey/", {"name": "Key", "answer": device.make(options)})
    assert page.content.decode().count("<li>") >= 10
    assert is_in(client)
    assert owner.recovery_codes.count() == 10
    client.post("/sign-out/")
    client.post("/sign-in/", {"username": owner.username, "password": PASSWORD})
    assert client.get("/sign-in/code/").status_code == 200
    assert show(client, device).status_code == 302
    assert Client().post("/account/enrol/passkey/options/")["Location"] == "/sign-in/"


def test_removing_ends_other_sessions_and_the_last_factor_stays(
    client: Client, owner: User, device: Authenticator, rows: Callable[..., int]
) -> None:
    """V7.4.3: whoever signed in with what is gone is out; nobody is left without a second factor."""
    show(other := Client(), device)
    fresh(client, owner, steps=1)
    passkey = Passkey.objects.get()
    app = TOTPDevice.objects.get(user=owner)
    assert client.post(
        f"/account/security/apps/{app.pk}/remove/", headers={"Referer": "http://testserver/"}
    ).status_code
    assert rows("accounts.factor.taken_away") == 1
    assert not TOTPDevice.objects.filter(user=owner).exists()
    assert not is_in(other)
    show(client, device)
    answer = client.post(f"/account/security/passkeys/{passkey.pk}/remove/")
    assert "only second factor" in answer.content.decode()
    assert Passkey.objects.filter(pk=passkey.pk).exists()
    stranger = fresh(Client(), make_user("engineer", "ML engineer"))
    assert stranger.post(f"/account/security/passkeys/{passkey.pk}/remove/").status_code == 404
