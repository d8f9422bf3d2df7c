"""A forgotten password: a link by mail, one answer for every name, and never a way past the second factor."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import RefreshToken, User
from accounts.recovering.models import MailedLink
from accounts.recovering.services import links
from accounts.services.factors import renew_recovery_codes
from compliance.audit import Actor
from tests.accounts.conftest import Clock
from tests.accounts.people import PASSWORD, code_of, sign_in
from tests.accounts.recovering.people import mailed_link, reachable

pytestmark = pytest.mark.django_db

NEW = "another horse battery staple"
ASK = "/sign-in/forgotten/"
MAIL = "scientist@plover.example"
_TABLE = re.compile(r'(?:FROM|INTO|UPDATE) "(\w+)"')


def ask(name: str = "scientist", client: Client | None = None) -> Any:
    """Ask for a link."""
    return (client or Client()).post(ASK, {"name": name})


def set_new(path: str, code: str, password: str = NEW) -> Any:
    """Use a link."""
    return Client().post(path, {"password": password, "repeated": password, "code": code})


def test_a_link_and_a_code_set_a_new_password_and_sign_nobody_in(client: Client, rows: Callable[..., int]) -> None:
    """V6.4.3: the session that was open ends, and the next one needs both factors."""
    user = reachable()
    sign_in(open_before := Client(), user)
    assert ask().status_code == 200
    path = mailed_link(MAIL)
    assert client.get(path).status_code == 200
    answer = client.post(path, {"password": NEW, "repeated": NEW, "code": code_of(user)})
    assert answer["Location"] == "/sign-in/"
    assert client.get("/account/security/").status_code == 302
    assert open_before.get("/account/security/").status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert (rows("accounts.password_reset.asked"), rows("accounts.password.reset")) == (1, 1)
    assert client.get(path).status_code == 404
    client.post("/sign-in/", {"username": "scientist", "password": NEW})
    assert client.post("/sign-in/code/", {"code": code_of(user, steps=1)}).status_code == 302


def test_the_mailbox_alone_changes_nothing(rows: Callable[..., int]) -> None:
    """V6.4.3: without a code of the second factor the link sets no password; five tries, then a wait."""
    user = reachable()
    ask()
    path = mailed_link(MAIL)
    assert [set_new(path, "12345").status_code for _ in range(6)] == [401] * 5 + [429]
    assert set_new(path, "").status_code == 422
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert rows("accounts.password_reset.refused", outcome="denied") == 5
    assert rows("accounts.sign_in.slowed_down") == 1


def test_a_recovery_code_serves_and_is_used_up() -> None:
    user = reachable()
    code = renew_recovery_codes(user, actor=Actor.system("test"))[0]
    ask()
    assert set_new(mailed_link(MAIL), code).status_code == 302
    assert user.recovery_codes.filter(used_at=None).count() == 9


def test_whoever_has_no_second_factor_yet_is_asked_for_one_at_the_sign_in(client: Client) -> None:
    user = reachable()
    user.totpdevice_set.all().delete()
    ask()
    path = mailed_link(MAIL)
    assert "code" not in client.get(path).context["form"].fields
    assert client.post(path, {"password": NEW, "repeated": NEW}).status_code == 302
    assert client.post("/sign-in/", {"username": "scientist", "password": NEW})["Location"] == "/account/enrol/"


def test_every_name_gets_the_same_answer_after_the_same_work() -> None:
    """V6.3.8: known by name, known by address, unconfirmed, deactivated, unknown."""
    reachable()
    unconfirmed, gone = reachable("engineer"), reachable("viewer_1")
    User.objects.filter(pk=unconfirmed.pk).update(email_confirmed_at=None)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    ask("somebody_else")  # what is read once a process
    found = []
    for name in ("scientist", MAIL, "engineer", "viewer_1", "nobody"):
        with CaptureQueriesContext(connection) as queries:
            answer = ask(name)
        tables = [(query["sql"].split()[0], _TABLE.search(query["sql"])) for query in queries]
        counted = sorted(f"{verb} {table[1]}" for verb, table in tables if table and "crypto" not in table[1])
        found.append((counted, answer.status_code, re.sub(r"nonce=\S+", "", answer.content.decode())))
    for other in found[1:]:
        assert other == found[0]
    links.send_due()
    assert [message.to for message in mail.outbox] == [[MAIL]]
    assert not MailedLink.objects.filter(user=None).exists()


def test_an_address_that_nobody_confirmed_gets_no_reset() -> None:
    """S4-35."""
    user = reachable()
    User.objects.filter(pk=user.pk).update(email_confirmed_at=None)
    ask()
    ask(MAIL)
    links.send_due()
    assert mail.outbox == []


def test_a_link_works_once_for_an_hour_and_the_newest_counts(clock: Clock) -> None:
    user = reachable()
    ask()
    first = mailed_link(MAIL)
    ask()
    second = mailed_link(MAIL)
    assert first != second
    assert Client().get(first).status_code == 404
    clock.forward(minutes=61)
    assert Client().get(second).status_code == 404
    assert Client().get("/sign-in/new-password/nonsense/").status_code == 404
    ask()
    third = mailed_link(MAIL)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert Client().get(third).status_code == 404


def test_the_token_stands_in_no_table_and_a_bad_password_uses_no_link(client: Client) -> None:
    user = reachable()
    ask()
    path = mailed_link(MAIL)
    token = path.rstrip("/").rsplit("/", 1)[1]
    row = MailedLink.objects.get()
    assert token.encode() not in bytes(row.token_digest or b"")
    answer = client.post(path, {"password": "Password1!", "repeated": "Password1!", "code": code_of(user)})
    assert answer.status_code == 422
    assert "too common" in answer.content.decode()
    assert set_new(path, code_of(user)).status_code == 302


def test_mails_are_few_whoever_asks_and_from_wherever() -> None:
    """A stranger cannot fill a mailbox, and one network cannot try names without end."""
    reachable()
    for number in range(8):
        assert ask(client=Client(REMOTE_ADDR=f"203.0.{number}.9")).status_code == 200
        links.send_due()
    assert len(mail.outbox) == 4
    answers = [ask(f"name_{number}", Client(REMOTE_ADDR="198.51.100.7")).status_code for number in range(12)]
    assert answers == [200] * 10 + [429] * 2


def test_api_sign_ins_end_too(client: Client) -> None:
    """S4-36: a new password leaves no token behind."""
    user = reachable()
    body = {"username": "scientist", "password": PASSWORD, "otp": code_of(user)}
    pair = client.post("/api/v1/auth/token/", body, content_type="application/json").json()
    ask()
    assert set_new(mailed_link(MAIL), code_of(user, steps=1)).status_code == 302
    assert not RefreshToken.objects.filter(revoked_at=None).exists()
    bearer = {"Authorization": f"Bearer {pair['access']}"}
    assert client.get("/api/v1/models/", headers=bearer).status_code == 401
