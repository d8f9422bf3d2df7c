"""Accounts in the admin."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Invitation, Session, TOTPDevice, User
from accounts.recovering.models import FactorReset
from accounts.services import issue_api_key
from compliance.audit import Actor
from tests.accounts.people import PASSWORD, make_user, sign_in

pytestmark = pytest.mark.django_db
USERS = "/admin/accounts/user/"


@pytest.fixture
def keeper(client: Client) -> User:
    """A security administrator, signed in on ``client``."""
    user = make_user("secadmin", "Security administrator")
    sign_in(client, user)
    return user


def act(client: Client, path: str, action: str, *rows: object) -> None:
    """Run an admin action on rows."""
    answer = client.post(path, {"action": action, "_selected_action": [str(row.pk) for row in rows]})
    assert answer.status_code == 302


def test_the_admin_is_entered_through_the_portals_sign_in(client: Client) -> None:
    """S3-11: no way around the second factor."""
    user = make_user("secadmin", "Security administrator", password=PASSWORD)
    answer = client.get(USERS, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/sign-in/?next=")
    client.force_login(user)
    assert client.get(USERS).status_code == 302
    assert client.post("/admin/login/", {"username": "secadmin", "password": PASSWORD}).status_code == 302
    assert client.get(USERS).status_code == 302
    sign_in(client, user)
    assert client.get(USERS).status_code == 200


def test_inviting_shows_the_link_once(client: Client, keeper: User, rows: Callable[..., int]) -> None:
    assert client.get(f"{USERS}add/").status_code == 200
    form = {"username": "scientist", "role": "Data scientist", "email": ""}
    page = client.post(f"{USERS}add/", form, follow=True).content.decode()
    path = page.split("http://testserver")[1].split("<")[0].split()[0]
    assert path.startswith("/invitation/")
    assert Client().get(path).status_code == 200
    assert path not in client.get(USERS).content.decode()
    user = User.objects.get(username="scientist")
    assert (user.role, user.has_usable_password()) == ("Data scientist", False)
    assert rows("accounts.user.invited", actor_ref=str(keeper.pk)) == 1


@pytest.mark.parametrize(
    "wrong", [{"username": "a/b"}, {"username": ""}, {"username": "SECADMIN"}, {"role": "Emperor"}, {"email": "x"}]
)
def test_a_bad_invitation_is_shown_at_its_field(client: Client, keeper: User, wrong: dict[str, str]) -> None:
    form = {"username": "scientist", "role": "Data scientist", "email": ""}
    page = client.post(f"{USERS}add/", {**form, **wrong})
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    assert User.objects.count() == 1


def test_no_secret_is_drawn_and_no_password_set(client: Client, keeper: User) -> None:
    """Nobody chooses or sees another person's password."""
    user = make_user(password=PASSWORD)
    before = User.objects.get(pk=user.pk).password
    page = client.get(f"{USERS}{user.pk}/change/").content.decode()
    assert user.password not in page
    assert 'name="password"' not in page
    form = {"role": "Data scientist", "first_name": "", "last_name": "", "email": "s@example.org"}
    answer = client.post(f"{USERS}{user.pk}/change/", {**form, "password": "x", "is_superuser": "on", "is_staff": "on"})
    assert answer.status_code == 302
    user = User.objects.get(pk=user.pk)
    assert (user.password, user.email, user.is_superuser, user.is_staff) == (before, "s@example.org", False, False)
    device = TOTPDevice.objects.get(user=user)
    page = client.get(f"/admin/accounts/totpdevice/{device.pk}/change/").content.decode()
    assert "seed" not in page
    assert client.get(f"{USERS}{user.pk}/password/").status_code in {302, 404}


def test_a_role_is_changed_in_the_form(client: Client, keeper: User, rows: Callable[..., int]) -> None:
    user = make_user()
    form = {"role": "Viewer", "first_name": "", "last_name": "", "email": ""}
    assert client.post(f"{USERS}{user.pk}/change/", form).status_code == 302
    assert User.objects.get(pk=user.pk).role == "Viewer"
    assert rows("accounts.role.changed") == 1
    client.post(f"{USERS}{keeper.pk}/change/", {**form, "role": "Compliance officer"}, headers={"referer": "/"})
    assert User.objects.get(pk=keeper.pk).role == "Security administrator"


def test_accounts_are_deactivated_and_activated(client: Client, keeper: User, rows: Callable[..., int]) -> None:
    user = make_user()
    browser = sign_in(Client(), user)
    act(client, USERS, "deactivate", user, keeper)
    assert list(User.objects.filter(is_active=False)) == [user]
    assert browser.get("/account/security/").status_code == 302
    act(client, USERS, "activate", user)
    assert User.objects.filter(is_active=False).count() == 0
    assert (rows("accounts.user.deactivated"), rows("accounts.user.activated")) == (1, 1)
    assert client.post(f"{USERS}{user.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_lost_factor_is_reset_by_another_person(client: Client, keeper: User, rows: Callable[..., int]) -> None:
    """After a wait: see tests/accounts/recovering."""
    user = make_user()
    act(client, USERS, "reset_second_factor", user, keeper)
    assert list(FactorReset.objects.values_list("user", flat=True)) == [user.pk]
    assert User.objects.get(pk=user.pk).has_second_factor
    assert (rows("accounts.factor_reset.asked"), rows("accounts.factor.removed")) == (1, 0)


def test_sessions_keys_and_invitations_are_revoked(client: Client, keeper: User) -> None:
    user = make_user()
    browser = sign_in(Client(), user)
    key, _ = issue_api_key(user, name="training", scopes=["all"], days=1, actor=Actor.system("test"))
    client.post(f"{USERS}add/", {"username": "viewer", "role": "Viewer", "email": ""})
    invitation = Invitation.objects.get()
    for name in ("session", "apikey", "invitation"):
        assert client.get(f"/admin/accounts/{name}/").status_code == 200
    act(client, "/admin/accounts/session/", "revoke", Session.objects.get(user=user))
    act(client, "/admin/accounts/apikey/", "revoke", key)
    act(client, "/admin/accounts/invitation/", "revoke", invitation)
    key.refresh_from_db()
    invitation.refresh_from_db()
    assert browser.get("/account/security/").status_code == 302
    assert (key.state, invitation.state) == ("revoked", "revoked")


def test_an_officer_reads_accounts_and_changes_none(client: Client) -> None:
    """S2-50: addresses and names stay masked for who only reads, and lists show none."""
    sign_in(client, make_user("officer", "Compliance officer"))
    user = make_user()
    User.objects.filter(pk=user.pk).update(email="jane@example.org", last_name="Doe-Miller")
    listed = client.get(USERS)
    assert listed.status_code == 200
    page = client.get(f"{USERS}{user.pk}/change/")
    assert page.status_code == 200
    assert "j***@e***" in page.content.decode()
    for shown in (listed, page):
        assert "jane@example.org" not in shown.content.decode()
        assert "Doe-Miller" not in shown.content.decode()
    assert client.get(f"{USERS}add/").status_code == 403
    client.post(USERS, {"action": "deactivate", "_selected_action": [str(user.pk)]})
    assert User.objects.get(pk=user.pk).is_active
    assert client.get("/admin/accounts/session/").status_code == 403


def test_who_is_no_staff_stays_outside(client: Client) -> None:
    sign_in(client, make_user())
    assert client.get(USERS).status_code == 302
    assert client.get("/account/security/").status_code == 200


def test_only_superusers_act_on_superusers(client: Client, keeper: User) -> None:
    """Otherwise a new link or a reset would be a way to their rights."""
    root = make_user("admin", "Viewer")
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    for action in ("deactivate", "invite_again", "reset_second_factor"):
        act(client, USERS, action, root)
    root = User.objects.get(pk=root.pk)
    assert (root.is_active, root.has_second_factor, root.invitations.count()) == (True, True, 0)
    form = {"role": "Viewer", "first_name": "Other", "last_name": "", "email": ""}
    assert client.post(f"{USERS}{root.pk}/change/", form).status_code == 403
    User.objects.filter(pk=keeper.pk).update(is_superuser=True)
    sign_in(client, keeper)  # a change of rights ended the session
    assert not FactorReset.objects.exists()
    act(client, USERS, "reset_second_factor", root)
    assert FactorReset.objects.get().user == root


def test_the_admins_own_doors_lead_to_the_portals(client: Client, keeper: User) -> None:
    assert client.get("/admin/password_change/")["Location"] == "/account/security/password/"
    assert client.post("/admin/logout/", follow=True).redirect_chain[0] == ("/sign-out/", 307)
    assert client.get(USERS).status_code == 302
