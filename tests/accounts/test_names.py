"""User names: what they are made of, and that no two people share one."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import TOTPDevice, User
from accounts.qr import qr_svg
from accounts.services import invite, make_service_account, otpauth_uri
from compliance.audit import Actor
from modelops.lib.errors import Conflict, Invalid
from tests.accounts.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


@pytest.mark.parametrize(
    "name", ["ab", "a" * 51, "two words", "dot.ted", "hy-phen", "slash/", "ünal", "bob@home", "", "bоb"]
)
def test_a_person_has_3_to_50_letters_digits_and_underscores(name: str) -> None:
    """S4-34: "ab" is refused, and what looks like a letter and is none."""
    with pytest.raises(Invalid) as refusal:
        invite(name, "Viewer", actor=ACTOR)
    assert refusal.value.field == "name"
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["abc", "a" * 50, "Bob_1", "007"])
def test_such_a_name_is_taken(name: str) -> None:
    """S4-34."""
    assert invite(name, "Viewer", actor=ACTOR)[0].user.username == name


def test_two_cases_of_a_name_are_one_name() -> None:
    """S4-34: "Bob" and "bob" cannot both exist, by the service or past it."""
    invite("Bob", "Viewer", actor=ACTOR)
    with pytest.raises(Conflict, match="already"):
        invite("bob", "Viewer", actor=ACTOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="bOB")


def test_services_are_named_like_what_they_serve() -> None:
    """A pipeline's name stands in no sign-in form."""
    assert make_service_account("ci.nightly-7", "Pipeline", actor=ACTOR).username == "ci.nightly-7"


def test_the_enrolment_page_draws_the_uri_of_this_account(client: Client) -> None:
    """S3-12: the code on the page is that of issuer and account, drawn by the portal itself; nothing else is loaded."""
    user = make_user(password=PASSWORD)
    TOTPDevice.objects.all().delete()
    client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    page = client.get("/account/enrol/").content.decode()
    uri = otpauth_uri(TOTPDevice.objects.get())
    assert uri.startswith("otpauth://totp/ModelOps%20portal%3Ascientist?secret=")
    assert qr_svg(uri, title="QR code for your authenticator app") in page
    assert "https://" not in page


def test_five_wrong_codes_leave_a_row_about_the_wait(client: Client, rows: Callable[..., int]) -> None:
    """S3-14: the lock of five minutes is told once."""
    make_user(password=PASSWORD)
    client.post("/sign-in/", {"username": "scientist", "password": PASSWORD})
    statuses = [client.post("/sign-in/code/", {"code": "12345"}).status_code for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    assert rows("accounts.sign_in.slowed_down", details__wait_s=300) == 1
    assert rows("accounts.code.refused") == 5
