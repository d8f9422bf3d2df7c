"""The page "Security"."""

import re

import pytest
from django.test import Client

from accounts.models import ApiKey, Session
from accounts.services import issue_api_key
from compliance.audit import Actor
from tests.accounts.people import confirm, make_user, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/account/security/"


def test_the_page_needs_a_sign_in(client: Client) -> None:
    for path in (PAGE, "/account/security/password/"):
        assert client.get(path)["Location"] == f"/sign-in/?next={path}"
    assert client.post("/account/security/api-keys/", {"name": "x"})["Location"].startswith("/sign-in/")


def test_a_key_is_issued_on_the_page_and_shown_once(client: Client) -> None:
    confirm(sign_in(client, make_user()))
    page = client.post("/account/security/api-keys/", {"name": "training", "access": "all", "days": "30"})
    (key,) = set(re.findall(r"mop_\w{8}_\w{43}_\w{6}", page.content.decode()))
    assert page["Cache-Control"].count("no-store") == 1
    assert Client().get("/api/v1/models/", headers={"authorization": f"Bearer {key}"}).status_code == 200
    later = client.get(PAGE).content.decode()
    assert "training" in later
    assert key.split("_")[2] not in later


def test_a_read_only_key_reads_only(client: Client) -> None:
    confirm(sign_in(client, make_user()))
    client.post("/account/security/api-keys/", {"name": "reports", "access": "read", "days": "30"})
    scopes = ApiKey.objects.get().scopes
    assert "registry.view_registeredmodel" in scopes
    assert all(".view_" in scope for scope in scopes)


@pytest.mark.parametrize("wrong", [{"days": "0"}, {"days": "366"}, {"name": ""}, {"access": "admin"}])
def test_a_key_with_wrong_fields_is_not_issued(client: Client, wrong: dict[str, str]) -> None:
    confirm(sign_in(client, make_user()))
    form = {"name": "training", "access": "all", "days": "30"}
    assert client.post("/account/security/api-keys/", {**form, **wrong}).status_code == 422
    assert ApiKey.objects.count() == 0
    assert client.post("/account/security/api-keys/", form).status_code == 200


def test_one_revokes_ones_own_keys_only(client: Client) -> None:
    mine, other = make_user(), make_user("engineer", "ML engineer")
    keys = [
        issue_api_key(user, name="training", scopes=["all"], days=1, actor=Actor.system("test"))[0]
        for user in (mine, other)
    ]
    sign_in(client, mine)
    assert client.post(f"/account/security/api-keys/{keys[1].pk}/revoke/").status_code == 404
    assert client.post(f"/account/security/api-keys/{keys[0].pk}/revoke/").status_code == 302
    assert [ApiKey.objects.get(pk=key.pk).state for key in keys] == ["revoked", "live"]


def test_one_ends_ones_own_sessions_only(client: Client) -> None:
    """S3-19."""
    mine = make_user()
    laptop, phone = sign_in(Client(), mine), sign_in(Client(), mine)
    foreign = sign_in(Client(), make_user("engineer", "ML engineer"))
    sign_in(client, mine)
    theirs = Session.objects.get(user__username="engineer")
    assert client.post(f"/account/security/sessions/{theirs.pk}/revoke/").status_code == 404
    row = laptop.session.current_row
    assert client.post(f"/account/security/sessions/{row.pk}/revoke/").status_code == 302
    assert [browser.get(PAGE).status_code for browser in (laptop, phone, foreign, client)] == [302, 200, 200, 200]
    assert client.post("/account/security/sessions/revoke-others/").status_code == 302
    assert [browser.get(PAGE).status_code for browser in (phone, foreign, client)] == [302, 200, 200]


def test_pages_carry_no_inline_style_or_script(client: Client) -> None:
    sign_in(client, make_user())
    for path in (PAGE, "/account/security/password/"):
        page = client.get(path).content.decode()
        assert " style=" not in page
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"\son[a-z]+=", page)
