"""Models that ask for more than a permission: a fresh second factor, an access code."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import step_up
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from registry.grants import codes, services
from registry.models import RegisteredModel
from tests.accounts.conftest import Clock
from tests.accounts.people import code_of, make_user
from tests.accounts.people import sign_in_earlier as sign_in
from tests.registry.answers import problem_of
from tests.registry.samples import make_model, make_version, safetensors

pytestmark = pytest.mark.django_db

ACTOR = Actor.system("tests")
FILE = "/api/v1/models/alpha/versions/1/artifact/"
PARAMETERS = "/api/v1/models/alpha/versions/1/parameters/"
BYPASS = "registry.bypass_step_up"


@pytest.fixture
def model(scientist: User) -> RegisteredModel:
    model = make_model(scientist, "alpha")
    make_version(model, scientist, parameters={"depth": 3})
    return model


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    from django.utils import timezone

    own = Clock()
    monkeypatch.setattr(timezone, "now", own.now)
    return own


def test_the_portal_asks_for_a_code_not_older_than_five_minutes(
    model: RegisteredModel, scientist: User, portal: Client, clock: Clock
) -> None:
    """S0-06: a model flagged step-up asks for a TOTP younger than 5 min before download."""
    services.change_access(model, needs_step_up=True, actor=ACTOR)
    page = "http://testserver/models/alpha/versions/1/"
    for act in ("file/", "parameters/"):
        asked = portal.post(f"/models/alpha/versions/1/{act}", headers={"Referer": page})
        assert asked.status_code == 302
        assert asked.headers["Location"].startswith("/account/confirm/?next=http")
    confirm = asked.headers["Location"]
    assert portal.post(confirm, {"code": "000000"}).status_code == 403
    back = portal.post(confirm, {"code": code_of(scientist)})
    assert back.headers["Location"] == page
    answer = portal.post("/models/alpha/versions/1/file/")
    assert b"".join(answer) == safetensors()
    clock.forward(minutes=5, seconds=1)
    assert portal.post("/models/alpha/versions/1/file/").headers["Location"].startswith("/account/confirm/")
    assert (
        portal.get("/models/alpha/access/").headers["Location"]
        == "/account/confirm/?next=%2Fmodels%2Falpha%2Faccess%2F"
    )


def test_rest_refuses_tokens_and_keys(model: RegisteredModel, scientist: User, api_as: Callable[..., Client]) -> None:
    """S0-06: a token brings a code, a key its explicit scope."""
    import datetime as dt

    from django.utils import timezone

    from accounts.services.tokens import _pair
    from modelops.lib.ids import uuid7

    services.change_access(model, needs_step_up=True, actor=ACTOR)
    pair = _pair(scientist, uuid7(), ["pwd", "otp"], timezone.now() + dt.timedelta(hours=1), 1800)
    bearer = {"Authorization": f"Bearer {pair.access}"}
    token = Client()
    for path in (FILE, PARAMETERS):
        assert problem_of(token.get(path, headers=bearer)) == (401, "step_up.required")
    assert b"".join(token.get(FILE, headers={**bearer, step_up.CODE_HEADER: code_of(scientist)}))
    again = token.get(FILE, headers={**bearer, step_up.CODE_HEADER: code_of(scientist)})
    assert problem_of(again) == (403, "step_up.refused")
    pipeline = make_user("pipeline", "Pipeline")
    scopes = ["registry.view_modelversion", "registry.download_artifact", "registry.view_parameters"]
    assert problem_of(api_as(scientist).get(FILE)) == (401, "step_up.required")
    for key in (api_as(pipeline), api_as(pipeline, scopes)):
        assert problem_of(key.get(FILE)) == (403, "step_up.required")
    made_for_it = api_as(pipeline, [*scopes, BYPASS])
    assert b"".join(made_for_it.get(FILE)) == safetensors()
    assert made_for_it.get(PARAMETERS).status_code == 200
    # Access to it is a person's: no key decides on it.
    owner = api_as(scientist, ["all"]).patch(
        "/api/v1/models/alpha/", {"needs_step_up": False}, content_type="application/json"
    )
    assert problem_of(owner) == (403, "step_up.required")


def test_an_access_code_is_asked_for_and_never_shown(
    model: RegisteredModel, scientist: User, api_as: Callable[..., Client], portal: Client
) -> None:
    """S0-06: optional per-model access code, on top of permissions."""
    api = api_as(scientist)
    url = "/api/v1/models/alpha/access-code/"
    short = api.put(url, {"code": "short"}, content_type="application/json")
    assert problem_of(short) == (400, "access_code.invalid")
    code = api.put(url, {}, content_type="application/json").json()["code"]
    assert len(code) == 19
    model.refresh_from_db()
    assert model.access_code_hash.startswith("argon2$argon2id$")
    assert api.get("/api/v1/models/alpha/").json()["has_access_code"] is True
    header = codes_header(code)
    assert b"".join(api.get(FILE, headers=header))
    missing, wrong = api.get(FILE), api.get(FILE, headers=codes_header("wrong-code"))
    assert problem_of(missing) == problem_of(wrong) == (403, "access_code.refused")
    assert missing.json()["detail"] == wrong.json()["detail"]
    assert AuditEvent.objects.filter(name="registry.access_code.refused", outcome="denied").count() == 2
    for page in ("/models/alpha/", "/models/alpha/access/"):
        text = portal.get(page).content.decode()
        assert code not in text
        assert model.access_code_hash not in text
    assert not AuditEvent.objects.filter(details__icontains=code).exists()
    assert api.put(url, {"code": "another one"}, content_type="application/json").json() == {"code": None}
    assert problem_of(api.get(FILE, headers=header)) == (403, "access_code.refused")
    assert api.delete(url).status_code == 204
    assert b"".join(api.get(FILE))


def codes_header(code: str) -> dict[str, str]:
    return {"X-Model-Access-Code": code}


def test_guessing_a_code_is_slow(model: RegisteredModel, scientist: User, api_as: Callable[..., Client]) -> None:
    """S0-06: throttled per account and model."""
    codes.set_code(model, "right code", actor=ACTOR)
    api, other = api_as(scientist), api_as(make_user("other"))
    for _ in range(5):
        assert api.get(FILE, headers=codes_header("wrong code")).status_code == 403
    slow = api.get(FILE, headers=codes_header("right code"))
    assert slow.status_code == 429
    assert int(slow.headers["Retry-After"]) > 30
    assert b"".join(other.get(FILE, headers=codes_header("right code")))


def test_the_portal_prompts_for_the_code_once_in_five_minutes(
    model: RegisteredModel, portal: Client, clock: Clock
) -> None:
    """S0-06."""
    codes.set_code(model, "right code", actor=ACTOR)
    asked = portal.post("/models/alpha/versions/1/file/").headers["Location"]
    assert asked.startswith("/models/alpha/access-code/?next=")
    assert "Access code" in portal.get(asked).content.decode()
    assert portal.post(asked, {"code": "wrong code"}).status_code == 403
    assert portal.post(asked, {"code": "right code"}).status_code == 302
    assert b"".join(portal.post("/models/alpha/versions/1/file/"))
    clock.forward(minutes=5, seconds=1)
    assert portal.post("/models/alpha/versions/1/file/").status_code == 302
    portal.post(asked, {"code": "right code"})
    codes.set_code(model, "a new code", actor=ACTOR)
    model.refresh_from_db()
    assert portal.post("/models/alpha/versions/1/file/").status_code == 302


def test_the_page_makes_sets_and_removes_a_code(model: RegisteredModel, portal: Client) -> None:
    page: Any = portal.post("/models/alpha/access/code/", {"act": "random"})
    assert page.status_code == 200
    assert "shown this once" in page.content.decode()
    model.refresh_from_db()
    assert model.has_access_code
    assert portal.post("/models/alpha/access/code/", {"code": "short"}).status_code == 422
    assert portal.post("/models/alpha/access/code/", {"code": "long enough"}).status_code == 302
    assert portal.post("/models/alpha/access/code/", {"act": "remove"}).status_code == 302
    model.refresh_from_db()
    assert not model.has_access_code
    stranger = sign_in(Client(), make_user("stranger"))
    assert stranger.post("/models/alpha/access/code/", {"act": "random"}).status_code == 403
