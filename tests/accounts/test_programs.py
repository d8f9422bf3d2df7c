"""Programs go a shorter way than browsers: what they meet on it, and that it answers as the whole way does."""

import base64
import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from accounts import programs
from accounts.models import ApiKey
from accounts.services import revoke_api_key
from compliance.audit import Actor
from tests.accounts.people import make_user, sign_in
from tests.portal.people import key_for

pytestmark = pytest.mark.django_db
OURS = "accounts.programs.ProgramsMiddleware"
ORIGIN = "https://app.example.org"
# Names that differ from one request to the next.
_OWN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}")

REQUESTS: dict[str, dict[str, Any]] = {
    "a list": {},
    "no such object": {"path": "/api/v1/models/nothing/"},
    "no such address": {"path": "/api/v1/nothing/"},
    "without its last slash": {"path": "/api/v1/models"},
    "a method that is not taken": {"method": "DELETE"},
    "a method that nobody knows": {"method": "BREW"},
    "a body that is no JSON": {"method": "POST", "data": b"{", "content_type": "application/json"},
    "an announced body that is too large": {"method": "POST", "headers": {"Content-Length": str(10**9)}},
    "a body without its length": {"method": "POST", "headers": {"Transfer-Encoding": "chunked", "Content-Length": ""}},
    "another host": {"headers": {"Host": "elsewhere.example.org"}},
    "a credential in the address": {"path": "/api/v1/models/?access_token=x"},
    "a page that is allowed to ask": {"headers": {"Origin": ORIGIN}},
    "a page that is not": {"headers": {"Origin": "https://evil.example.org"}},
    "a key that nobody has": {"headers": {"Authorization": "Bearer mop_00000000_x_y"}},
    "no key at all": {"headers": {"Authorization": "Bearer  "}},
    "two keys": {"headers": {"Authorization": "bearer one two"}},
    "what the role does not allow": {"path": "/api/v1/audit-events/"},
    "MLflow's protocol": {"path": "/mlflow/api/2.0/mlflow/registered-models/search"},
    "a call that MLflow's protocol does not have": {"path": "/mlflow/api/2.0/mlflow/nothing"},
    "a body for MLflow's protocol that is too large": {
        "method": "POST",
        "path": "/mlflow/api/2.0/mlflow/runs/create",
        "headers": {"Content-Length": str(10**9)},
    },
}


def ask(client: Client, asked: dict[str, Any], key: str) -> HttpResponse:
    said = {"path": "/api/v1/models/", "method": "GET", **asked}
    headers = {"Authorization": f"Bearer {key}", **said.pop("headers", {})}
    return client.generic(said.pop("method"), said.pop("path"), headers=headers, **said)


def told(answer: Any) -> tuple[int, bytes, dict[str, str]]:
    """Everything that an answer says, but for what is of one request alone."""
    body = b"".join(answer) if answer.streaming else answer.content
    headers = {name: value for name, value in answer.headers.items() if name not in ("X-Request-Id", "RateLimit")}
    return answer.status_code, _OWN.sub("id", body.decode()).encode(), headers


def went_past(answer: Any) -> bool:
    """Whether the request went past the middlewares of browsers, of which one leaves this behind."""
    return not hasattr(answer.wsgi_request, "_messages")


@pytest.fixture
def ways(settings: Any) -> dict[str, Client]:
    """A client for each way; another origin may ask."""
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    shorter = Client()
    shorter.handler.load_middleware()
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != OURS]
    whole = Client()
    whole.handler.load_middleware()
    return {"shorter": shorter, "whole": whole}


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("secure", [False, True])
def test_both_ways_answer_alike(ways: dict[str, Client], name: str, secure: bool, settings: Any) -> None:
    """S4-46: status, body and every header, whatever is asked."""
    settings.SECURE_HSTS_SECONDS = 60
    key = key_for("pipeline", "Pipeline")
    answers = {way: ask(client, REQUESTS[name] | {"secure": secure}, key) for way, client in ways.items()}
    assert told(answers["shorter"]) == told(answers["whole"])
    assert went_past(answers["shorter"])
    assert not went_past(answers["whole"]) or answers["whole"].status_code in (400, 405, 411, 413)


def test_what_is_not_said_over_tls_is_led_there(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/api/v1/models/", headers={"Authorization": f"Bearer {key_for('pipeline', 'Pipeline')}"})
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://testserver/api/v1/models/")


def test_a_key_as_a_password_goes_it_too_where_passwords_are_keys(client: Client) -> None:
    said = base64.b64encode(f"me:{key_for('pipeline', 'Pipeline')}".encode()).decode()
    answer = client.get("/mlflow/version", headers={"Authorization": f"Basic {said}"})
    assert answer.status_code == 200
    assert went_past(answer)
    assert not went_past(client.get("/api/v1/models/", headers={"Authorization": f"Basic {said}"}))


@pytest.mark.parametrize("authorization", ["", "Bearer", "Token x", "Digest x"])
def test_who_shows_no_credential_goes_the_whole_way(client: Client, authorization: str) -> None:
    answer = client.get("/api/v1/models/", headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert not went_past(answer)


def test_a_cookie_beside_a_credential_opens_nothing(client: Client) -> None:
    """S4-46: neither a key that does not work nor one that does makes the session count."""
    sign_in(client, make_user("officer", "Compliance officer"))
    key = key_for("pipeline", "Pipeline")
    assert client.get("/api/v1/audit-events/").status_code == 200
    assert client.get("/api/v1/audit-events/", headers={"Authorization": f"Bearer {key}"}).status_code == 403
    assert client.get("/api/v1/audit-events/", headers={"Authorization": f"Bearer {key}x"}).status_code == 401
    said = base64.b64encode(b"officer:password").decode()
    refused = client.get("/mlflow/version", headers={"Authorization": f"Basic {said}"})
    assert (refused.status_code, went_past(refused)) == (401, True)


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_away_is_gone_with_the_next_request(client: Client) -> None:
    """S2-21: role, key and account are looked at in each request."""
    headers = {"Authorization": f"Bearer {key_for('pipeline', 'Pipeline')}"}
    key = ApiKey.objects.select_related("owner").get(owner__username="pipeline")

    def asked() -> int:
        return client.get("/api/v1/models/", headers=headers).status_code

    # Asked often, a key is looked up by a statement that the connection keeps.
    assert {asked() for _ in range(8)} == {200}
    roles = list(key.owner.groups.all())
    key.owner.groups.clear()
    assert asked() == 403
    key.owner.groups.set(roles)
    assert asked() == 200
    type(key.owner).objects.filter(pk=key.owner_id).update(is_active=False)
    assert asked() == 401
    type(key.owner).objects.filter(pk=key.owner_id).update(is_active=True)
    assert asked() == 200
    revoke_api_key(key, actor=Actor.system("tests"))
    assert asked() == 401


class Unheard:
    """A middleware that nobody decided about."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = self.get_response(request)
        answer.headers["X-Unheard"] = "yes"
        return answer


def test_nobody_goes_past_what_nobody_decided_about(settings: Any) -> None:
    key = key_for("pipeline", "Pipeline")
    right = list(settings.MIDDLEWARE)
    settings.MIDDLEWARE = [*right, f"{__name__}.Unheard"]
    answer = ask(Client(), {}, key)
    assert (answer.status_code, answer.headers["X-Unheard"], went_past(answer)) == (200, "yes", False)
    # And where one is missing that programs meet, it is missing for them as well.
    settings.MIDDLEWARE = [name for name in right if not name.endswith("ThrottleMiddleware")]
    assert not went_past(ask(Client(), {}, key))


def test_every_middleware_of_the_portal_is_decided_about(settings: Any) -> None:
    behind = settings.MIDDLEWARE[settings.MIDDLEWARE.index(OURS) + 1 :]
    assert sorted(behind) == sorted(programs.MET + programs.PASSED)
