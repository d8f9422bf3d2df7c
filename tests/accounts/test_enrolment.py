"""Enrolling the second factor, and recovery codes."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from accounts import totp
from accounts.models import RecoveryCode, TOTPDevice, User
from accounts.services import remove_second_factor
from compliance.audit import Actor
from modelops.crypto.errors import DecryptionFailed
from modelops.lib.errors import Conflict
from tests.accounts.people import PASSWORD, code_of, make_user, sign_in

pytestmark = pytest.mark.django_db


def newcomer() -> User:
    """An account with a password and no second factor."""
    user = make_user(password=PASSWORD)
    TOTPDevice.objects.all().delete()
    return user


def begin(client: Client) -> Any:
    """Give the password and open the enrolment page."""
    answer = client.post("/sign-in/", {"username": "scientist", "password": PASSWORD})
    assert answer["Location"] == "/account/enrol/"
    return client.get("/account/enrol/")


def enrol_now(client: Client) -> list[str]:
    """Enrol and return the recovery codes."""
    begin(client)
    seed = TOTPDevice.objects.get(confirmed=False).open_seed()
    page = client.post("/account/enrol/", {"code": totp.code_at(seed, _now())})
    assert page.status_code == 200
    return re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", page.content.decode())


def _now() -> float:
    from django.utils import timezone

    return timezone.now().timestamp()


def test_without_a_second_factor_the_password_leads_to_enrolment_only(client: Client) -> None:
    newcomer()
    page = begin(client).content.decode()
    assert client.get("/account/security/").status_code == 302
    assert client.get("/sign-in/code/").status_code == 302
    seed = TOTPDevice.objects.get().open_seed()
    assert "<svg" in page
    assert "style=" not in page
    assert totp.base32(seed)[:4] in page


def test_the_first_code_enrols_signs_in_and_shows_ten_codes_once(client: Client, rows: Callable[..., int]) -> None:
    """S3-12, S3-15."""
    newcomer()
    codes = enrol_now(client)
    assert len(set(codes)) == 10
    assert client.get("/account/security/").status_code == 200
    assert client.get("/account/enrol/")["Location"] == "/account/security/"
    assert rows("accounts.factor.enrolled") == 1
    stored = b"".join(bytes(row.digest) for row in RecoveryCode.objects.all())
    assert not any(code.replace("-", "").encode() in stored for code in codes)


def test_a_wrong_first_code_leaves_the_factor_off(client: Client) -> None:
    newcomer()
    begin(client)
    assert client.post("/account/enrol/", {"code": "123"}).status_code == 422
    assert not TOTPDevice.objects.filter(confirmed=True).exists()
    assert client.get("/account/security/").status_code == 302


def test_another_browser_gets_another_seed(client: Client) -> None:
    """S3-15: a seed that was shown and not confirmed is never shown again elsewhere."""
    newcomer()
    begin(client)
    first = TOTPDevice.objects.get().open_seed()
    client.get("/account/enrol/")
    assert TOTPDevice.objects.get().open_seed() == first
    begin(Client())
    assert TOTPDevice.objects.get().open_seed() != first


def test_a_recovery_code_signs_in_once(client: Client) -> None:
    newcomer()
    code = enrol_now(client)[0]
    for status in (302, 401):
        other = Client()
        other.post("/sign-in/", {"username": "scientist", "password": PASSWORD})
        assert other.get("/sign-in/code/?with=recovery").status_code == 200
        answer = other.post("/sign-in/code/?with=recovery", {"code": f" {code.lower().replace('-', ' ')} "})
        assert answer.status_code == status
    assert RecoveryCode.objects.filter(used_at=None).count() == 9


def test_the_seed_opens_only_for_its_user_and_device() -> None:
    """S3-11: sealed, and bound to where it stands."""
    mine, other = make_user(), make_user("engineer", "ML engineer")
    device, foreign = TOTPDevice.objects.get(user=mine), TOTPDevice.objects.get(user=other)
    seed = device.open_seed()
    assert seed not in bytes(device.sealed_seed)
    foreign.sealed_seed = device.sealed_seed
    with pytest.raises(DecryptionFailed):
        foreign.open_seed()


def test_removing_a_factor_ends_sessions_and_is_for_others_to_do(client: Client) -> None:
    user = make_user(password=PASSWORD)
    sign_in(client, user)
    with pytest.raises(Conflict):
        remove_second_factor(user, actor=Actor("user", str(user.pk)))
    assert client.get("/account/security/").status_code == 200
    remove_second_factor(user, actor=Actor("user", "another"))
    assert client.get("/account/security/").status_code == 302
    assert begin(Client()).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_25_parallel_submissions_of_one_code_one_succeeds() -> None:
    """S3-11: the step is claimed atomically."""
    user = make_user()
    code = code_of(user)
    device = TOTPDevice.objects.get(user=user)

    def submit(_: int) -> bool:
        try:
            return TOTPDevice.objects.get(pk=device.pk).verify_token(code)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(submit, range(25)))
    connection.close()
    assert results.count(True) == 1
