"""One's own API keys over REST and in the portal, and confirming in the portal what a program asked for."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey, RefreshToken, User
from accounts.services import deactivate, issue_api_key
from accounts.services.step_up import CODE_HEADER
from accounts.services.tokens import _pair
from compliance.audit import Actor
from modelops.lib.ids import uuid7
from registry.grants import services as grants
from tests.accounts.conftest import Clock
from tests.accounts.people import code_of, confirm, make_user
from tests.accounts.people import sign_in_earlier as sign_in
from tests.registry.samples import make_model, make_version, safetensors

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
KEYS = "/api/v1/api-keys/"
JSON = {"content_type": "application/json"}
FILE = "/api/v1/models/alpha/versions/1/artifact/"


def program(text: str) -> Client:
    """A program with a credential."""
    return Client(headers={"authorization": f"Bearer {text}"})


def signed_in_program(user: User) -> Client:
    """A person's program that signed in to the API."""
    pair = _pair(user, uuid7(), ["pwd", "otp"], timezone.now() + dt.timedelta(hours=1), 1800)
    return program(pair.access)


def with_key(user: User, *scopes: str) -> tuple[ApiKey, Client]:
    """A program with an API key."""
    key, text = issue_api_key(user, name="nightly", scopes=list(scopes) or ["all"], days=30, actor=ACTOR)
    return key, program(text)


def test_a_person_issues_replaces_and_revokes_keys_over_rest(rows: Callable[..., int]) -> None:
    """S4-01, S0-40: owner, scopes, expiry, last use and network are shown; the key once."""
    user = make_user()
    api = signed_in_program(user)
    body = {"name": "nightly", "scopes": ["registry.view_registeredmodel"], "networks": ["127.0.0.1"], "days": 7}
    refused = api.post(KEYS, body, **JSON)
    assert (refused.status_code, refused.json()["code"]) == (401, "step_up.required")
    made = api.post(KEYS, body, headers={CODE_HEADER: code_of(user)}, **JSON)
    assert made.status_code == 201, made.content
    text = made.json()["key"]
    assert program(text).get("/api/v1/models/").status_code == 200
    listed = api.get(KEYS).json()["results"]
    assert [(row["name"], row["state"], row["networks"]) for row in listed] == [("nightly", "live", ["127.0.0.1/32"])]
    assert listed[0]["last_used_network"] == "127.0.0.0/24"
    assert listed[0]["last_used_at"].endswith("Z")
    assert "key" not in listed[0]
    address = f"{KEYS}{listed[0]['id']}/"
    RefreshToken.objects.update(confirmed_at=timezone.now())
    successor = api.post(f"{address}rotate/", {"overlap_h": 0}, **JSON)
    assert successor.status_code == 201, successor.content
    assert program(text).get("/api/v1/models/").status_code == 401
    assert program(successor.json()["key"]).get("/api/v1/models/").status_code == 200
    assert api.delete(f"{KEYS}{successor.json()['id']}/").status_code == 204
    assert program(successor.json()["key"]).get("/api/v1/models/").json()["code"] == "auth.key_revoked"
    told = [rows(f"accounts.api_key.{act}") for act in ("issued", "rotated", "revoked")]
    assert told == [2, 1, 1]


def test_a_key_makes_no_keys_sees_itself_alone_and_may_end_itself() -> None:
    """A stolen key cannot outlive its own end."""
    user = make_user()
    own, api = with_key(user)
    other, _ = with_key(user)
    for path in (KEYS, f"{KEYS}{own.pk}/rotate/"):
        answer = api.post(path, {"name": "x", "scopes": ["all"]}, headers={CODE_HEADER: code_of(user)}, **JSON)
        assert (answer.status_code, answer.json()["code"]) == (403, "api_key.needs_person")
    assert [row["id"] for row in api.get(KEYS).json()["results"]] == [str(own.pk)]
    assert api.get(f"{KEYS}{other.pk}/").status_code == 404
    assert api.delete(f"{KEYS}{other.pk}/").status_code == 404
    assert api.delete(f"{KEYS}{own.pk}/").status_code == 204
    assert api.get(KEYS).status_code == 401


def test_nobody_reaches_the_keys_of_others() -> None:
    key, _ = with_key(make_user("owner"))
    guard = make_user("guard", "Security administrator")
    api = signed_in_program(guard)
    for send in (api.get, api.delete):
        assert send(f"{KEYS}{key.pk}/").status_code == 404
    assert api.get(KEYS).json()["results"] == []


def test_the_portal_asks_for_a_second_factor_before_it_issues_a_key(client: Client) -> None:
    user = make_user()
    sign_in(client, user)
    typed = {"name": "nightly", "access": "open", "objects": "alpha, dataset/flights", "networks": "", "days": 30}
    page = client.get("/account/security/").content.decode()
    assert "Confirm, then issue a key" in page
    assert client.post("/account/security/api-keys/", typed)["Location"].startswith("/account/confirm/")
    assert not ApiKey.objects.exists()
    confirm(client)
    assert "Only for these" in client.get("/account/security/").content.decode()
    answer = client.post("/account/security/api-keys/", typed)
    key = ApiKey.objects.get()
    assert f"mop_{key.public_id}_" in answer.content.decode()
    assert "registry.download_artifact:model/alpha" in key.scopes
    assert "registry.view_dataset:dataset/flights" in key.scopes
    assert "registry.view_modelversion:dataset/flights" not in key.scopes
    assert "for alpha, dataset/flights" in client.get("/account/security/").content.decode()
    for wrong, field in (
        ({"access": "all"}, "objects"),
        ({"objects": "thing/x"}, "objects"),
        ({"networks": "x"}, "networks"),
    ):
        refused = client.post("/account/security/api-keys/", {**typed, **wrong})
        assert refused.status_code == 422
        assert field in refused.context["form"].errors
    rotate = f"/account/security/api-keys/{key.pk}/rotate/"
    assert client.get(rotate).status_code == 200
    shown = client.post(rotate, {"overlap_h": 24})
    assert f"mop_{ApiKey.objects.get(replaces=key).public_id}_" in shown.content.decode()
    assert client.post(rotate, {"overlap_h": 24}).status_code == 422
    assert sign_in(Client(), make_user("other")).get(rotate).status_code == 404


@pytest.fixture
def owner() -> User:
    """Owns a model whose files ask for a second factor."""
    user = make_user()
    model = make_model(user, "alpha")
    make_version(model, user)
    grants.change_access(model, needs_step_up=True, actor=ACTOR)
    return user


@pytest.mark.parametrize("kind", ["key", "sign-in"])
def test_a_program_gets_a_page_on_which_its_person_confirms(
    kind: str, owner: User, clock: Clock, settings: Any, rows: Callable[..., int]
) -> None:
    """S0-44: 401 with the address of a challenge, never a prompt for the password of a file."""
    settings.MODELOPS_BASE_URL = "http://testserver"
    api = with_key(owner, "registry.download_artifact:alpha")[1] if kind == "key" else signed_in_program(owner)
    other = with_key(owner, "registry.download_artifact:alpha")[1] if kind == "key" else signed_in_program(owner)
    refused = api.get(FILE)
    assert (refused.status_code, refused.json()["code"]) == (401, "step_up.required")
    assert 'error="insufficient_user_authentication"' in refused["WWW-Authenticate"]
    page = refused.json()["challenge_url"]
    assert page.startswith(f"http://testserver/account/confirm/api/{kind}/")
    browser = sign_in(Client(), owner)
    assert browser.get(page)["Location"].startswith("/account/confirm/?next=")
    confirm(browser)
    assert browser.get(page).status_code == 200
    assert api.get(FILE).status_code == 401  # looking at the page confirms nothing
    assert browser.post(page).status_code == 302
    assert b"".join(api.get(FILE)) == safetensors()
    assert other.get(FILE).status_code == 401
    assert rows("accounts.api_access.confirmed") == 1
    stranger = confirm(sign_in(Client(), make_user("stranger")))
    assert stranger.post(page).status_code == 404
    clock.forward(minutes=5, seconds=1)
    assert api.get(FILE).status_code == 401


def test_the_key_of_a_service_gets_no_challenge(owner: User) -> None:
    """There is nobody who could answer it."""
    _, api = with_key(make_user("pipeline", "Pipeline"), "registry.download_artifact")
    refused = api.get(FILE)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up.required")
    assert "challenge_url" not in refused.json()


def test_deactivating_an_account_stops_everything_at_once(owner: User, client: Client) -> None:
    """S4-01: the key, the sign-in to the API with its renewal, the browser."""
    pair = _pair(owner, uuid7(), ["pwd", "otp"], timezone.now() + dt.timedelta(hours=1), 1800)
    programs = [with_key(owner)[1], program(pair.access)]
    sign_in(client, owner)
    assert [api.get("/api/v1/models/").status_code for api in (*programs, client)] == [200, 200, 200]
    deactivate(owner, actor=ACTOR)
    assert [api.get("/api/v1/models/").status_code for api in (*programs, client)] == [401, 401, 401]
    assert Client().post("/api/v1/auth/token/refresh/", {"refresh": pair.refresh}, **JSON).status_code == 401


def test_the_security_administrator_issues_keys_of_services_only(client: Client) -> None:
    """A pipeline cannot sign in to issue its own."""
    guard, service, person = (
        make_user("guard", "Security administrator"),
        make_user("pipeline", "Pipeline"),
        make_user(),
    )
    sign_in(client, guard)
    add = "/admin/accounts/apikey/add/"
    typed = {"owner": service.pk, "name": "nightly", "access": "read", "objects": "alpha", "networks": "", "days": 30}
    assert client.post(add, typed)["Location"].startswith("/account/confirm/")
    confirm(client)
    assert client.get(add).status_code == 200
    assert client.post(add, {**typed, "owner": person.pk}).status_code == 422
    answer = client.post(add, typed)
    key = ApiKey.objects.get()
    assert (key.owner, answer.status_code) == (service, 200)
    assert f"mop_{key.public_id}_" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    for path in ("", f"{key.pk}/change/"):
        assert client.get(f"/admin/accounts/apikey/{path}").status_code == 200
