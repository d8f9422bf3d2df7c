"""Several factors, new recovery codes, and no way around the second factor."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import notices, totp
from accounts.models import TOTPDevice, User
from accounts.services import issue_api_key
from accounts.services.factors import renew_recovery_codes
from compliance.audit import Actor
from tests.accounts.people import PASSWORD, code_of, make_user, sign_in, sign_in_earlier

pytestmark = pytest.mark.django_db

CODES = "/account/security/recovery-codes/"
APPS = "/account/security/apps/"


@pytest.fixture
def owner() -> User:
    """Somebody with an app, a password and a confirmed address."""
    user = make_user(password=PASSWORD)
    user.email, user.email_confirmed_at = "scientist@plover.example", timezone.now()
    user.save()
    return user


def shown(page: Any) -> list[str]:
    """The recovery codes of a page."""
    return re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", page.content.decode())


def test_new_recovery_codes_make_the_former_ones_worthless(
    client: Client, owner: User, rows: Callable[..., int]
) -> None:
    """S3-13: shown once, counted on the page, told by mail; a used code and a former one are refused."""
    old = renew_recovery_codes(owner, actor=Actor.system("test"))
    sign_in(client, owner)
    page = client.post(CODES)
    new = shown(page)
    assert len(set(new)) == 10
    assert not set(new) & set(old)
    assert "10 of 10 left" in client.get("/account/security/").content.decode()
    statuses = []
    for code in (old[0], new[0], new[0]):
        other = Client()
        other.post("/sign-in/", {"username": "scientist", "password": PASSWORD})
        statuses.append(other.post("/sign-in/code/?with=recovery", {"code": code}).status_code)
    assert statuses == [401, 302, 401]
    assert "9 of 10 left" in client.get("/account/security/").content.decode()
    notices.send_due()
    subjects = {message.subject for message in mail.outbox}
    assert {"ModelOps portal: you have new recovery codes", "ModelOps portal: a recovery code was used"} <= subjects
    assert rows("accounts.recovery_codes.renewed", actor_ref=str(owner.pk)) == 1


@pytest.mark.parametrize("path", [CODES, APPS, "/account/security/address/", "/account/security/passkeys/"])
def test_each_change_needs_a_fresh_factor(client: Client, owner: User, path: str) -> None:
    """S0-06, V7.5.1."""
    sign_in_earlier(client, owner)
    assert client.post(path)["Location"].startswith("/account/confirm/")


def test_a_second_app_works_beside_the_first_which_can_go(
    client: Client, owner: User, rows: Callable[..., int]
) -> None:
    """S3-15: the seed is shown while it is added and never again; a wrong first code adds nothing."""
    sign_in(client, owner)
    first = TOTPDevice.objects.get(user=owner)
    page = client.get(APPS).content.decode()
    added = TOTPDevice.objects.get(user=owner, confirmed=False)
    assert totp.base32(added.open_seed())[:4] in page
    assert client.post(APPS, {"code": "12345"}).status_code == 422
    now = timezone.now().timestamp()
    assert client.post(APPS, {"code": totp.code_at(added.open_seed(), now)}).status_code == 302
    assert rows("accounts.factor.enrolled") == 1
    for device in (first, added):
        other = Client()
        other.post("/sign-in/", {"username": "scientist", "password": PASSWORD})
        code = totp.code_at(device.open_seed(), now + totp.STEP_S)
        assert other.post("/sign-in/code/", {"code": code}).status_code == 302
    assert totp.base32(added.open_seed())[:4] not in client.get("/account/security/").content.decode()
    client.post(f"{APPS}{added.pk}/remove/")
    assert rows("accounts.factor.taken_away") == 1
    assert other.get("/account/security/").status_code == 302
    refused = client.post(f"{APPS}{first.pk}/remove/")
    assert "only second factor" in refused.content.decode()
    assert TOTPDevice.objects.filter(user=owner, confirmed=True).count() == 1


@pytest.mark.parametrize("role", ["Data scientist", "ML engineer", "Compliance officer", "Security administrator"])
def test_no_way_around_the_second_factor(role: str) -> None:
    """S3-11: not by the admin's own sign-in, a session that was made elsewhere, the API, or a new password."""
    user = make_user("worker_1", role, password=PASSWORD)
    TOTPDevice.objects.filter(user=user).delete()
    client = Client()
    client.force_login(user)  # a session with the password alone, whatever made it
    assert client.get("/account/security/").status_code == 302
    assert client.get("/admin/").status_code == 302
    body = {"username": user.username, "password": PASSWORD, "otp": "123456"}
    assert client.post("/api/v1/auth/token/", body, content_type="application/json").status_code == 401
    client.post("/admin/login/", {"username": user.username, "password": PASSWORD})
    for path in ("/admin/", "/", "/account/security/", "/account/security/apps/", "/account/security/passkeys/"):
        assert client.get(path).status_code == 302, path
    client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    assert client.get("/account/enrol/").status_code == 200
    assert client.get("/").status_code == 302


def test_the_session_of_a_removed_factor_is_over(client: Client, owner: User) -> None:
    """S3-11: a session that is brought back without its factor signs nobody in."""
    sign_in(client, owner)
    TOTPDevice.objects.filter(user=owner).delete()
    assert client.get("/account/security/").status_code == 302


def test_an_administrators_acts_need_a_fresh_factor(client: Client, rows: Callable[..., int]) -> None:
    """S0-06: people, roles and keys are changed by whoever shows a factor now, in a session that is not left open."""
    guard, user = make_user("guard", "Security administrator"), make_user()
    sign_in_earlier(client, guard)
    change = f"/admin/accounts/user/{user.pk}/change/"
    assert client.get(change).status_code == 200
    for path, form in (
        (change, {"role": "Viewer", "first_name": "", "last_name": "", "email": ""}),
        ("/admin/accounts/user/add/", {"username": "new_one", "role": "Viewer", "email": ""}),
        ("/admin/keys/approval/", {}),
        ("/admin/secret_store/storedsecret/add/", {}),
    ):
        assert client.post(path, form)["Location"].startswith("/account/confirm/"), path
    assert rows("accounts.role.changed") == 0
    assert client.post("/account/confirm/", {"code": code_of(guard)}).status_code == 302
    form = {"role": "Viewer", "first_name": "", "last_name": "", "email": ""}
    assert client.post(change, form)["Location"] == "/admin/accounts/user/"
    assert rows("accounts.role.changed") == 1


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("Compliance officer", "/admin/subjects/subjectrequest/add/"),
        ("Data scientist", "/alerts/channels/new/webhook/"),
    ],
)
def test_forms_of_sensitive_acts_ask_before_anything_is_typed(client: Client, role: str, path: str) -> None:
    """S0-06: subject requests and the secrets of alert channels."""
    user = make_user("worker_1", role)
    sign_in_earlier(client, user)
    assert client.get(path)["Location"].startswith("/account/confirm/")
    client.post("/account/confirm/", {"code": code_of(user)})
    assert client.get(path).status_code == 200


def test_keys_of_programs_are_untouched_by_what_browsers_are_asked(client: Client) -> None:
    """A key has scopes of its own; the table is about sessions."""
    guard = make_user("guard", "Security administrator")
    _, text = issue_api_key(guard, name="ci", scopes=["all"], days=1, actor=Actor.system("test"))
    answer = client.get("/api/v1/keys/", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 200
