"""An e-mail address counts once its owner has opened a link in it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import notices
from accounts.models import User
from accounts.services import invite
from compliance.audit import Actor
from tests.accounts.people import PASSWORD, code_of, make_user
from tests.accounts.people import sign_in_earlier as sign_in
from tests.accounts.recovering.people import mailed_link, reachable

pytestmark = pytest.mark.django_db

NEW = "new@plover.example"


def fresh(client: Client, user: User) -> Client:
    """Signed in, with a code shown just now."""
    sign_in(client, user)
    client.post("/account/confirm/", {"code": code_of(user)})
    return client


def address_of(user: User) -> tuple[str, bool]:
    """Address, and whether it counts."""
    user.refresh_from_db()
    return user.email, bool(user.email_confirmed_at)


def test_another_address_counts_once_it_is_confirmed(client: Client, rows: Callable[..., int]) -> None:
    """S4-35: until then mails go to the former one, which is told."""
    user = reachable()
    fresh(client, user)
    assert client.post("/account/security/address/", {"address": NEW}).status_code == 302
    assert address_of(user) == ("scientist@plover.example", True)
    path = mailed_link(NEW)
    notices.send_due()
    told = [message for message in mail.outbox if message.to == ["scientist@plover.example"]]
    assert [message.subject for message in told] == ["ModelOps portal: your e-mail address is being changed"]
    assert client.get(path).status_code == 200
    assert address_of(user) == ("scientist@plover.example", True)
    assert client.post(path)["Location"] == "/account/security/"
    assert address_of(user) == (NEW, True)
    assert client.post(path).status_code == 404
    assert (rows("accounts.address.asked"), rows("accounts.address.confirmed")) == (1, 1)


def test_changing_needs_a_fresh_factor_and_confirming_the_right_person(client: Client) -> None:
    """V7.5.1: an open session changes no address, and another account cannot use the link."""
    user = reachable()
    sign_in(client, user)
    assert client.get("/account/security/address/")["Location"].startswith("/account/confirm/")
    client.post("/account/confirm/", {"code": code_of(user)})
    client.post("/account/security/address/", {"address": NEW})
    path = mailed_link(NEW)
    assert Client().get(path)["Location"].startswith("/sign-in/")
    other = sign_in(Client(), make_user("engineer", "ML engineer"))
    assert other.post(path).status_code == 404
    for wrong in ("nonsense", "scientist@plover.example"):
        assert client.post("/account/security/address/", {"address": wrong}).status_code == 422


def test_the_inviter_writes_an_address_and_the_invited_confirms_it(client: Client) -> None:
    """S4-35: the link on the inviter's screen proves nothing about the mailbox."""
    _, link = invite("newcomer", "Viewer", email="newcomer@plover.example", actor=Actor.system("test"))
    path = "/invitation/" + link.rstrip("/").rsplit("/", 1)[1] + "/"
    assert client.post(path, {"password": PASSWORD, "repeated": PASSWORD})["Location"] == "/account/enrol/"
    user = User.objects.get(username="newcomer")
    assert address_of(user) == ("newcomer@plover.example", False)
    assert "/account/security/address/" in mailed_link("newcomer@plover.example")


def test_an_address_that_an_administrator_writes_waits_for_its_owner(admin_at: Any) -> None:
    """S4-35: the former one is told, the new one gets a link and nothing else."""
    user = reachable()
    page = f"/admin/accounts/user/{user.pk}/change/"
    fields = {"first_name": "", "last_name": "", "email": NEW, "role": "Data scientist"}
    assert admin_at.post(page, fields).status_code == 302
    assert address_of(user) == (NEW, False)
    assert notices.send_due() == 1
    assert mail.outbox[-1].to == ["scientist@plover.example"]
    path = mailed_link(NEW)
    sign_in(owner := Client(), user)
    assert owner.post(path).status_code == 302
    assert address_of(user) == (NEW, True)


@pytest.fixture
def admin_at() -> Client:
    """A security administrator's browser, with a code shown just now."""
    client = Client()
    fresh(client, make_user("guard", "Security administrator"))
    return client


def test_who_signs_in_by_address_does_so_by_a_confirmed_one(client: Client) -> None:
    """S4-34, S4-35."""
    user = make_user(password=PASSWORD)
    user.email = NEW
    user.save()
    client.post("/sign-in/", {"username": NEW, "password": PASSWORD})
    assert client.post("/sign-in/code/", {"code": code_of(user)}).status_code == 401
    User.objects.update(email_confirmed_at=timezone.now())
    client.post("/sign-in/", {"username": NEW, "password": PASSWORD})
    assert client.post("/sign-in/code/", {"code": code_of(user)}).status_code == 302
