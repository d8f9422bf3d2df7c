"""Secrets over REST: in, never out."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from compliance.audit import Actor
from modelops.secret_store import services
from modelops.secret_store.models import StoredSecret
from tests.accounts.people import make_user

pytestmark = pytest.mark.django_db
SECRETS = "/api/v1/secrets/"
CANARY = "canary-5522-in-a-secret"


def create(api: Client, **more: str) -> Any:
    return api.post(SECRETS, {"name": "smtp", "purpose": "Mail server", "value": CANARY, **more}, "application/json")


def test_no_answer_gives_a_value(api: Client) -> None:
    """S1-28: create, list, detail and replace show set, when and by whom, never what."""
    answers = [create(api), api.get(SECRETS), api.get(f"{SECRETS}smtp/")]
    body = {"value": f"{CANARY}-2"}
    answers.append(api.post(f"{SECRETS}smtp/replace/", body, "application/json"))
    answers.append(api.post(f"{SECRETS}smtp/replace/", {"value": CANARY, "reference": "env:X"}, "application/json"))
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 400]
    for answer in answers:
        assert CANARY not in answer.content.decode()
        assert "sealed_value" not in answer.content.decode()
    services.use_secret(StoredSecret.objects.get(), by="alerts")
    shown = api.get(f"{SECRETS}smtp/").json()
    assert (shown["state"], shown["kind"], shown["replaced_count"]) == ("set", "sealed", 1)
    assert shown["set_at"] > shown["created_at"]
    assert (shown["last_used_by"], shown["used_by"]) == ("alerts", [])
    assert shown["last_used_at"]
    assert set(shown) == {
        "id", "name", "purpose", "kind", "reference", "state", "created_at", "set_at", "replaced_count",
        "last_used_at", "last_used_by", "used_by",
    }  # fmt: skip


def test_a_taken_name_and_a_bad_value_are_problems_without_the_value(api: Client) -> None:
    create(api)
    taken = create(api)
    assert (taken.status_code, taken.json()["code"]) == (409, "secret.name_taken")
    long = create(api, name="long", value=CANARY * 2000)
    assert (long.status_code, long.json()["code"]) == (400, "secret.too_long")
    odd = api.post(SECRETS, {"name": "x", "purpose": "y", "value": {"a": CANARY}}, "application/json")
    assert odd.status_code == 400
    for answer in (taken, long, odd):
        assert CANARY not in answer.content.decode()


def test_a_secret_is_deleted(api: Client) -> None:
    create(api)
    assert api.delete(f"{SECRETS}smtp/").status_code == 204
    assert api.get(f"{SECRETS}smtp/").status_code == 404


def test_only_who_keeps_secrets_sees_them(api_as: Callable[..., Client]) -> None:
    services.set_secret("smtp", CANARY, purpose="Mail server", actor=Actor.system("test"))
    for role in ("Data scientist", "ML engineer", "Viewer", "Pipeline", "Compliance officer"):
        client = api_as(make_user(role.lower().replace(" ", "_"), role))
        answers = [
            client.get(SECRETS), create(client, name="other"), client.get(f"{SECRETS}smtp/"),
            client.post(f"{SECRETS}smtp/replace/", {"value": "x"}, "application/json"),
            client.delete(f"{SECRETS}smtp/"),
        ]  # fmt: skip
        assert {answer.status_code for answer in answers} == {403}, role
    assert StoredSecret.objects.count() == 1
