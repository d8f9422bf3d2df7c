"""Sign-ins to the API in the admin: one line each, and an end with the next request."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import RefreshToken
from accounts.services import sign_in_to_api
from accounts.services.tokens import refresh
from tests.accounts.people import PASSWORD, code_of, make_user, sign_in

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/refreshtoken/"


def test_a_security_administrator_lists_and_ends_them(client: Client, rows: Callable[..., int]) -> None:
    """S3-19, S4-01: a sign-in that was renewed is one line; ended, none of its tokens works at the next request."""
    user = make_user(password=PASSWORD)
    pair = sign_in_to_api("scientist", PASSWORD, code_of(user), network="203.0.113.0/24")
    pair = refresh(pair.refresh)
    bearer = {"Authorization": f"Bearer {pair.access}"}
    assert Client().get("/api/v1/models/", headers=bearer).status_code == 200
    guard = sign_in(client, make_user("guard", "Security administrator"))
    listed = guard.get(LIST)
    assert listed.context["cl"].result_count == 1
    assert "Live" in listed.text
    first = listed.context["cl"].result_list[0]
    shown = guard.get(f"{LIST}{first.pk}/change/").text
    assert pair.refresh not in shown
    assert str(first.family) in shown
    for expected in ("Revoked: 1", "over already"):
        acts = {"action": "revoke", "_selected_action": [str(first.pk)]}
        assert expected in guard.post(LIST, acts, follow=True).text
    assert Client().get("/api/v1/models/", headers=bearer).status_code == 401
    assert rows("accounts.token.revoked") == 1
    assert not RefreshToken.objects.filter(revoked_at=None).exists()


def test_others_see_none(client: Client) -> None:
    """S4-17."""
    assert sign_in(client, make_user("officer", "Compliance officer")).get(LIST).status_code == 403


def test_a_superusers_sign_in_is_for_superusers(client: Client) -> None:
    user = make_user(password=PASSWORD)
    user.is_superuser = True
    user.save()
    sign_in_to_api("scientist", PASSWORD, code_of(user), network="203.0.113.0/24")
    guard = sign_in(client, make_user("guard", "Security administrator"))
    acts = {"action": "revoke", "_selected_action": [str(RefreshToken.objects.get().pk)]}
    assert "Only a superuser" in guard.post(LIST, acts, follow=True).text
    assert RefreshToken.objects.get().revoked_at is None
