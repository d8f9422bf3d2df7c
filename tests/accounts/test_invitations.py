"""Invitations: the only way to an account of one's own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail.backends import smtp
from django.test import Client

from accounts.models import Invitation, User
from accounts.services import invite, invite_again, invite_first_administrator, revoke_invitation
from compliance.audit import Actor
from modelops.lib.errors import Conflict, DomainError, Invalid
from tests.accounts.conftest import Clock
from tests.accounts.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


def invited(**more: Any) -> tuple[Invitation, str]:
    """An invitation and the path of its link."""
    invitation, link = invite("scientist", "Data scientist", actor=ACTOR, base_url="http://testserver", **more)
    return invitation, link.removeprefix("http://testserver")


def accept(client: Client, path: str, password: str = PASSWORD, **more: str) -> Any:
    """Post the form behind the link."""
    return client.post(path, {"password": password, "repeated": password, **more})


def test_an_invitation_becomes_an_account_with_the_inviters_role(client: Client, rows: Callable[..., int]) -> None:
    """S4-37: the invited person chooses no role; setting the password leads to enrolment."""
    _, path = invited()
    assert client.get(path).status_code == 200
    answer = accept(client, path, role="Security administrator", is_staff="on", is_superuser="on")
    assert answer["Location"] == "/account/enrol/"
    user = User.objects.get(username="scientist")
    assert (user.role, user.is_staff, user.is_superuser) == ("Data scientist", False, False)
    assert user.password.startswith("argon2$argon2id$")
    assert client.get("/account/enrol/").status_code == 200
    assert (rows("accounts.user.invited"), rows("accounts.invitation.accepted")) == (1, 1)


@pytest.mark.parametrize(
    "path", ["/sign-in/", "/invitation/none/", "/register/", "/admin/accounts/user/add/", "/api/v1/users/"]
)
def test_a_stranger_makes_no_account(client: Client, path: str) -> None:
    """S4-37: nobody registers themselves, whatever role they name."""
    given = {
        "username": "mallory",
        "password": PASSWORD,
        "email": "m@example.org",
        "role": "admin",
        "is_superuser": "1",
    }
    client.post(path, given)
    client.post(path, given, content_type="application/json")
    assert not User.objects.exists()


def test_a_link_works_once(client: Client) -> None:
    """S4-37."""
    _, path = invited()
    accept(client, path)
    assert client.get(path).status_code == 404
    assert accept(Client(), path, "another horse battery staple").status_code == 404
    assert User.objects.get().check_password(PASSWORD)


def test_a_link_is_good_for_72_hours(client: Client, clock: Clock) -> None:
    """S4-37."""
    _, path = invited()
    clock.forward(hours=71, minutes=59)
    assert client.get(path).status_code == 200
    clock.forward(minutes=2)
    assert client.get(path).status_code == 404
    assert accept(client, path).status_code in {302, 404}
    assert not User.objects.get().has_usable_password()


def test_a_new_link_replaces_the_old_one(client: Client) -> None:
    invitation, old = invited()
    new = invite_again(invitation.user, actor=ACTOR, base_url="http://testserver")[1].removeprefix("http://testserver")
    assert client.get(old).status_code == 404
    assert accept(client, new)["Location"] == "/account/enrol/"
    with pytest.raises(Conflict):
        invite_again(User.objects.get(), actor=ACTOR)


def test_a_revoked_or_unknown_link_opens_nothing(client: Client, rows: Callable[..., int]) -> None:
    invitation, path = invited()
    assert client.get(path[:-2] + "x/").status_code == 404
    assert client.get(path).status_code == 200
    assert revoke_invitation(invitation, actor=ACTOR)
    assert not revoke_invitation(invitation, actor=ACTOR)
    assert client.get(path).status_code == 404
    assert rows("accounts.invitation.revoked") == 1


def test_the_token_is_kept_as_a_digest_only() -> None:
    invitation, path = invited()
    token = path.split("/")[2]
    assert token.encode() not in bytes(invitation.token_digest)
    assert len(bytes(invitation.token_digest)) == 32


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short words", "at least 15"),
        ("1234567890987654321", "too common"),
        ("the-scientist", "too similar"),
        ("x" * 300, "at most 256"),
    ],
)
def test_weak_passwords_are_refused_with_the_reason(client: Client, password: str, reason: str) -> None:
    """S4-36: length, common list, similarity."""
    _, path = invited()
    answer = accept(client, path, password)
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert not User.objects.get().has_usable_password()


@pytest.mark.parametrize(
    "password", [PASSWORD, "ein langer satz mit ümläuten und 4 zahlen", "all lower case words " * 6]
)
def test_long_passwords_need_no_composition(client: Client, password: str) -> None:
    """S4-36: no rule of classes; 64 characters and more are fine."""
    _, path = invited()
    assert accept(client, path, password).status_code == 302


def test_passwords_are_compared_whole() -> None:
    """S4-08: no cut at 72 bytes."""
    user = make_user(password="a" * 74 + "bcdefg")
    assert user.check_password("a" * 74 + "bcdefg")
    assert not user.check_password("a" * 74 + "Xcdefg")


def test_the_same_password_in_another_unicode_form_signs_in(client: Client) -> None:
    _, path = invited()
    accept(client, path, "caf\u00e9 au lait et croissant")
    answer = Client().post("/sign-in/", {"username": "scientist", "password": "cafe\u0301 au lait et croissant"})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("username", "role", "email", "code"),
    [
        ("a/b", "Viewer", "", "name.invalid"),
        ("x" * 300, "Viewer", "", "name.invalid"),
        ("viewer", "Emperor", "", "role.unknown"),
        ("viewer", "Viewer", "not-an-address", "email.invalid"),
        ("viewer", "Pipeline", "", "role.not_fitting"),
        ("SCIENTIST", "Viewer", "", "user.exists"),
    ],
)
def test_bad_invitations_are_refused(username: str, role: str, email: str, code: str) -> None:
    make_user()
    with pytest.raises(DomainError) as refusal:
        invite(username, role, email=email, actor=ACTOR)
    assert refusal.value.code == code
    assert User.objects.count() == 1
    assert isinstance(refusal.value, Invalid | Conflict)


def test_the_first_administrator_has_one_open_link_until_it_is_accepted(client: Client) -> None:
    first = invite_first_administrator("http://testserver")
    second = invite_first_administrator("http://testserver")
    assert first
    assert second
    assert first != second
    assert client.get(first).status_code == 404
    assert accept(client, second)["Location"] == "/account/enrol/"
    assert invite_first_administrator("http://testserver") is None
    admin = User.objects.get()
    assert (admin.username, admin.is_superuser, admin.is_staff) == ("admin", True, True)


def test_the_link_is_mailed(smtp_server: Any, settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    settings.EMAIL_BACKEND = f"{smtp.__name__}.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_server.host, smtp_server.port
    with django_capture_on_commit_callbacks(execute=True):
        _, path = invited(email="scientist@example.org")
    (message,) = smtp_server.messages
    assert path in str(message.get_payload() if hasattr(message, "get_payload") else message)


def test_a_mail_server_that_is_away_does_not_undo_the_invitation(
    client: Client, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.EMAIL_BACKEND = f"{smtp.__name__}.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with django_capture_on_commit_callbacks(execute=True):
        _, path = invited(email="scientist@example.org")
    assert client.get(path).status_code == 200
