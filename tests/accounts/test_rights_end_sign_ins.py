"""Whoever's rights change signs in again, whichever way the change came."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import totp
from accounts.models import RefreshToken, Session, TOTPDevice, User
from accounts.services import end_api_sign_in, remove_second_factor, sign_in_to_api
from compliance.audit import Actor
from modelops.lib.ids import uuid7
from tests.accounts.people import PASSWORD, code_of, make_user, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/account/security/"
ACTOR = Actor.system("test")


def raw(statement: str) -> Callable[[User], None]:
    """A change that no code of ours makes."""

    def act(user: User) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, [user.pk])

    return act


WAYS: dict[str, Callable[[User], Any]] = {
    "a group of the person": lambda user: user.groups.add(Group.objects.get(name="Viewer")),
    "a person of the group": lambda user: Group.objects.get(name="Viewer").user_set.add(user),
    "a group taken away": lambda user: user.groups.clear(),
    "a single permission": lambda user: user.user_permissions.add(Permission.objects.earliest("pk")),
    "staff": lambda user: User.objects.filter(pk=user.pk).update(is_staff=True),
    "superuser, by SQL": raw("UPDATE accounts_user SET is_superuser = true WHERE id = %s"),
    "groups, by SQL": raw("DELETE FROM accounts_user_groups WHERE user_id = %s"),
    "the factor": lambda user: remove_second_factor(user, actor=ACTOR),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_change_of_rights_ends_sessions_and_api_sign_ins(client: Client, way: str) -> None:
    """S3-18, S3-19"""
    user, other = make_user(), make_user("other")
    sign_in(client, user)
    bystander = sign_in(Client(), other)
    token = RefreshToken.objects.create(user=user, expires_at=Session.objects.latest("pk").expires_at)
    WAYS[way](user)
    assert client.get(PAGE).status_code == 302
    assert bystander.get(PAGE).status_code == 200
    assert RefreshToken.objects.get(pk=token.pk).revoked_at is not None


def test_a_role_given_in_the_admin_ends_them_too(client: Client) -> None:
    """S3-18: the way a security administrator does it."""
    user = make_user()
    sign_in(client, user)
    keeper = sign_in(Client(), make_user("secadmin", "Security administrator"))
    form = {"role": "Viewer", "first_name": "", "last_name": "", "email": ""}
    keeper.post(f"/admin/accounts/user/{user.pk}/change/", form)
    if User.objects.get(pk=user.pk).role != "Viewer":  # a fresh second factor is asked for first
        keeper.post("/account/confirm/", {"code": code_of(User.objects.get(username="secadmin"))})
        keeper.post(f"/admin/accounts/user/{user.pk}/change/", form)
    assert User.objects.get(pk=user.pk).role == "Viewer"
    assert client.get(PAGE).status_code == 302


def test_a_further_factor_ends_other_sessions(client: Client) -> None:
    """S3-18: the browser that adds it goes on; the others show that they have it."""
    user = make_user()
    other = sign_in(Client(), user)
    sign_in(client, user)
    client.post("/account/confirm/", {"code": code_of(user)})
    client.get(f"{PAGE}apps/")
    seed = TOTPDevice.objects.get(user=user, confirmed=False).open_seed()
    code = totp.code_at(seed, timezone.now().timestamp())
    assert client.post(f"{PAGE}apps/", {"code": code}).status_code == 302
    assert TOTPDevice.objects.filter(user=user, confirmed=True).count() == 2
    assert other.get(PAGE).status_code == 302
    assert client.get(PAGE).status_code == 200


def test_ending_all_others_ends_tokens_with_their_next_request(client: Client) -> None:
    """S3-19, S4-10: a sign-in to the API is one of the others."""
    user = make_user(password=PASSWORD)
    pair = sign_in_to_api(user.username, PASSWORD, code_of(user), network="198.51.100.0/24")
    bearer = {"authorization": f"Bearer {pair.access}"}
    assert Client().get("/api/v1/models/", headers=bearer).status_code == 200
    sign_in(client, user)
    client.post(f"{PAGE}sessions/revoke-others/")
    answer = Client().get("/api/v1/models/", headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.token_revoked")
    assert client.get(PAGE).status_code == 200


def test_a_disabled_account_is_out_at_once_and_its_sessions_stay_ended(client: Client) -> None:
    """Whoever is switched off and on again, past every service, signs in anew."""
    user = make_user()
    sign_in(client, user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(PAGE).status_code == 302
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert client.get(PAGE).status_code == 302


def test_a_new_name_ends_nothing(client: Client) -> None:
    user = make_user()
    sign_in(client, user)
    User.objects.filter(pk=user.pk).update(first_name="Kim", last_login=None)
    assert client.get(PAGE).status_code == 200


def test_one_ends_ones_own_api_sign_ins(client: Client, rows: Any) -> None:
    """S3-19: the list shows them beside the browsers."""
    mine, other = make_user(), make_user("other")
    sign_in(client, mine)
    ends = Session.objects.get(user=mine).expires_at
    tokens = [RefreshToken.objects.create(user=user, expires_at=ends) for user in (mine, mine, other)]
    page = client.get(PAGE).content.decode()
    address = f"{PAGE}api-sign-ins/%s/end/"
    assert [address % token.family in page for token in tokens] == [True, True, False]
    assert client.post(address % tokens[0].family).status_code == 302
    assert client.post(address % tokens[0].family).status_code == 404
    assert client.post(address % tokens[2].family).status_code == 404
    assert client.post(address % uuid7()).status_code == 404
    assert client.get(address % tokens[1].family).status_code == 405
    standing = RefreshToken.objects.filter(revoked_at=None)
    assert set(standing) == set(tokens[1:])
    assert rows("accounts.token.revoked", actor_ref=str(mine.pk)) == 1
    assert not end_api_sign_in(mine, tokens[2].family, actor=ACTOR)
