"""What to do about each finding, and the buttons that do it where one act is enough."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import totp
from accounts.models import ApiKey, Invitation, Session, TOTPDevice, User
from accounts.posture import keys_are_young_and_used, staff_have_second_factors
from compliance.audit.models import AuditEvent
from compliance.posture.looking import look_at_all
from compliance.posture.standing import Line
from modelops.lib import posture
from modelops.lib.posture import Finding, Outcome, controls
from modelops.lib.posture_of import Standing, checks_of, kinds
from modelops.lib.remedies import remedies
from tests.accounts.people import PASSWORD, make_user, sign_in, sign_in_earlier
from tests.portal.people import key_for

pytestmark = pytest.mark.django_db
REQUIRE = "/admin/posture/fix/second-factors/"
REVOKE = "/admin/posture/fix/unused-keys/"


@pytest.fixture
def guard() -> Client:
    return sign_in(Client(), make_user("guard", "Security administrator"))


@pytest.fixture
def bare() -> User:
    """An officer with a password, a session and an address, whose factor is gone."""
    user = make_user("bare", "Compliance officer", password=PASSWORD)
    user.email = "bare@example.org"
    user.save()
    sign_in(Client(), user)
    TOTPDevice.objects.filter(user=user).delete()
    return user


def told(name: str) -> int:
    return AuditEvent.objects.filter(name=name).count()


def test_every_check_says_what_to_do() -> None:
    """S2-67: each has a sentence of its own, whether or not it has a finding now."""
    said = {one.key: one.fix for one in controls()}
    said |= {f"{kind}/{one.key}": one.fix for kind in kinds() for one in checks_of(kind)}
    assert len(said) > 75
    assert [key for key, text in said.items() if len(text.strip()) <= 20 or not text.endswith(".")] == []
    assert len(set(said.values())) == len(said) - 1  # "sound" of a model and of all artifacts ask for the same


def test_a_finding_without_words_has_those_of_its_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """S2-67: on the page, over REST and in the alert, for all of them take what the look gives."""
    blank = Outcome([Finding("one", "One", " "), Finding("two", "Two", "Do that.")])
    mine = posture.Control("keys.age", "Encryption", "x", "Rotate the key soon.", lambda: blank)
    monkeypatch.setitem(posture._controls, "keys.age", mine)
    [looked] = [one for one in look_at_all() if one.control.key == "keys.age"]
    assert [one.fix for one in looked.outcome.findings] == ["Rotate the key soon.", "Do that."]


def test_a_thing_without_words_has_those_of_its_check() -> None:
    """S2-67: the same for one model or pipeline; what holds asks for nothing."""
    [check] = [one for one in checks_of("models") if one.key == "owned"]
    assert Line(check, Standing(False, "None."), None).fix == check.fix
    assert Line(check, Standing(False, "None.", "Ask Ada."), None).fix == "Ask Ada."
    assert Line(check, Standing(True, "One."), None).fix == ""


def test_the_button_requires_totp_for_staff_and_the_finding_is_gone(
    guard: Client, bare: User, django_capture_on_commit_callbacks: Any
) -> None:
    """S2-67: AUTH-1, from the page; a password alone opens nothing, and the person joins anew by the mailed link."""
    page = guard.get(reverse("admin:posture")).text
    assert f'action="{REQUIRE}"' in page
    assert "Require TOTP for staff" in page
    assert not staff_have_second_factors().passed
    with django_capture_on_commit_callbacks(execute=True):
        answer = guard.post(REQUIRE, follow=True)
    assert "1 account needs a second factor" in answer.text
    assert f'action="{REQUIRE}"' not in answer.text
    assert staff_have_second_factors().passed
    bare.refresh_from_db()
    assert not bare.has_usable_password()
    assert not Session.objects.filter(user=bare, revoked_at=None).exists()
    assert told("accounts.user.factor_required") == 1
    assert AuditEvent.objects.get(name="accounts.user.factor_required").target_id == str(bare.pk)
    Client().post("/sign-in/", {"username": "bare", "password": PASSWORD})
    assert told("accounts.password.accepted") == 0
    [message] = mail.outbox
    assert message.to == ["bare@example.org"]
    assert "Nobody had to be asked" in guard.post(REQUIRE, follow=True).text
    assert told("accounts.user.factor_required") == 1
    link = re.search(r"/invitation/\S+", message.body)
    assert link
    joining = Client()
    chosen = "another horse with a battery"
    joined = joining.post(link[0], {"password": chosen, "repeated": chosen}, follow=True)
    assert joined.redirect_chain[-1][0] == "/account/enrol/", joined.content


def test_pressed_again_the_button_leaves_whoever_is_just_joining(
    guard: Client, bare: User, django_capture_on_commit_callbacks: Any
) -> None:
    """AUTH-1: between the chosen password and the enrolled factor for an hour, and no longer."""
    with django_capture_on_commit_callbacks(execute=True):
        guard.post(REQUIRE)
    link = re.search(r"/invitation/\S+", mail.outbox[0].body)
    assert link
    joining, chosen = Client(), "another horse with a battery"
    joining.post(link[0], {"password": chosen, "repeated": chosen})
    assert "1 just joined and may still enrol" in guard.post(REQUIRE, follow=True).text
    bare.refresh_from_db()
    assert bare.has_usable_password()
    assert told("accounts.user.factor_required") == 1
    joining.get("/account/enrol/")
    seed = TOTPDevice.objects.get(user=bare).open_seed()
    code = totp.code_at(seed, timezone.now().timestamp())
    assert "recovery" in joining.post("/account/enrol/", {"code": code}, follow=True).text
    TOTPDevice.objects.filter(user=bare).delete()
    Invitation.objects.filter(user=bare).update(accepted_at=timezone.now() - dt.timedelta(minutes=61))
    assert "1 account needs a second factor" in guard.post(REQUIRE, follow=True).text
    bare.refresh_from_db()
    assert not bare.has_usable_password()


def test_who_has_a_factor_and_superusers_are_left_alone(guard: Client, bare: User) -> None:
    """A superuser is for a superuser; who has a factor keeps password and sessions."""
    User.objects.filter(pk=bare.pk).update(is_superuser=True)
    kept = make_user("kept", "Compliance officer", password=PASSWORD)
    assert "Nobody had to be asked" in guard.post(REQUIRE, follow=True).text
    for user in (bare, kept):
        user.refresh_from_db()
        assert user.has_usable_password()
    assert not staff_have_second_factors().passed


@pytest.mark.parametrize("address", [REQUIRE, REVOKE])
def test_a_button_needs_its_permission_a_fresh_factor_and_a_post(guard: Client, bare: User, address: str) -> None:
    """S2-67: the officer reads the posture and sees no button; an older code leads to the page that asks."""
    officer = sign_in(Client(), make_user("officer", "Compliance officer"))
    assert "Require TOTP for staff" not in officer.get(reverse("admin:posture")).text
    assert officer.post(address).status_code == 403
    assert guard.get(address).status_code == 405
    earlier = sign_in_earlier(Client(), make_user("other", "Security administrator"))
    assert "/account/confirm/" in earlier.post(address)["Location"]
    assert Client().post(address).status_code == 302
    bare.refresh_from_db()
    assert bare.has_usable_password()
    assert told("accounts.user.factor_required") == told("accounts.api_key.revoked") == 0


def test_the_button_revokes_unused_keys_alone(guard: Client) -> None:
    """S2-67: keys that are old and in use stay findings, for rotating them is for who holds them."""
    long_ago = timezone.now() - dt.timedelta(days=200)
    for name, used in (("unused", None), ("idle", long_ago), ("busy", timezone.now())):
        key_for(name, "ML engineer")
        ApiKey.objects.filter(owner__username=name).update(created_at=long_ago, last_used_at=used)
    key_for("young", "ML engineer")
    assert len(keys_are_young_and_used().findings) == 3
    assert f'action="{REVOKE}"' in guard.get(reverse("admin:posture")).text
    assert "2 unused keys are revoked" in guard.post(REVOKE, follow=True).text
    assert set(ApiKey.objects.filter(revoked_at=None).values_list("owner__username", flat=True)) == {"busy", "young"}
    assert told("accounts.api_key.revoked") == 2
    assert len(keys_are_young_and_used().findings) == 1


def test_each_button_belongs_to_a_control() -> None:
    known: dict[str, Any] = {one.key: one for one in controls()}
    assert {one.control for one in remedies()} == {"AUTH-1", "accounts.api_keys"} <= known.keys()
    assert all(one.label and one.effect.endswith(".") for one in remedies())
