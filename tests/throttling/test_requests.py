"""Limits at the door: pages, the admin and the REST interface; people, programs and strangers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import path

from accounts.models import ApiKey
from compliance.audit.models import AuditEvent
from modelops.rest.models import LimitedRequests
from modelops.throttling import posture, routes, store
from modelops.throttling.limits import Limit
from modelops.throttling.store import take
from tests.accounts.people import PASSWORD, code_of, make_user, sign_in
from tests.portal.people import key_for

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


def bearer(username: str = "scientist", role: str = "Data scientist") -> dict[str, str]:
    return {"Authorization": f"Bearer {key_for(username, role)}"}


def test_call_101_of_a_stranger_is_refused(client: Client) -> None:
    """S4-45, S4-46, S2-64: an address has 100 calls a minute; refused ones are counted and fill no ledger."""
    rows = AuditEvent.objects.count
    answers = [client.get("/api/v1/models/") for _ in range(100)]
    assert {answer.status_code for answer in answers} == {401}
    before = rows()
    refused = client.get("/api/v1/models/")
    assert refused.status_code == 429
    assert refused.headers["content-type"] == PROBLEM
    assert refused.json()["code"] == "request.slow_down"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert rows() == before
    assert LimitedRequests.objects.get().route == "/api/v1/models/"
    assert client.get("/api/v1/models/", REMOTE_ADDR="198.51.100.7").status_code == 401


def test_a_key_has_its_own_count_wherever_it_is_used(client: Client, limit: Callable[..., None]) -> None:
    """S2-36: the count belongs to the key, not to the address; another key of the account has another."""
    limit("MODELOPS_THROTTLE_API_READ", 10, 2)
    key, other = bearer(), bearer("engineer", "ML engineer")
    addresses = ("127.0.0.1", "198.51.100.7", "203.0.113.9")
    answers = [client.get("/api/v1/models/", headers=key, REMOTE_ADDR=address) for address in addresses]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert client.get("/api/v1/models/", headers=other).status_code == 200
    assert LimitedRequests.objects.get().actor_ref == str(ApiKey.objects.get(owner__username="scientist").owner_id)


def test_number_1001_of_a_token_is_refused(client: Client, limit: Callable[..., None]) -> None:
    """S2-36: the delivered 1000 a minute, with a burst that lets a test ask so fast."""
    limit("MODELOPS_THROTTLE_API_READ", 1000, 1000)
    key = bearer()
    row = ApiKey.objects.get(owner__username="scientist")
    for _ in range(999):
        assert take("api.read", f"apikey:{row.pk}", Limit(1000, 1000)).allowed
    assert client.get("/api/v1/models/", headers=key).status_code == 200
    refused = client.get("/api/v1/models/", headers=key)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_answers_say_what_is_left(client: Client) -> None:
    """S2-37: also the refused one."""
    answer = client.get("/api/v1/models/", headers=bearer())
    assert answer.headers["ratelimit-policy"] == '"minute";q=1000;w=60, "burst";q=100;w=6'
    assert re.fullmatch(r'"minute";r=999;t=(60|59), "burst";r=99;t=1', answer.headers["ratelimit"])


def test_what_a_role_may_not_do_is_counted_too(client: Client, limit: Callable[..., None]) -> None:
    limit("MODELOPS_THROTTLE_API_READ", 10, 3)
    key = bearer("viewer", "Viewer")
    answers = [client.get("/api/v1/keys/", headers=key).status_code for _ in range(4)]
    assert answers == [403, 403, 403, 429]


def test_guessed_credentials_are_counted_by_address(client: Client, limit: Callable[..., None]) -> None:
    """A new guess is no new caller, and after the limit not even the ledger hears of each."""
    limit("MODELOPS_THROTTLE_NETWORK", 10, 3)
    guesses = [{"Authorization": f"Bearer {text}"} for text in ("a", "b.c.d", "mop_x_y", "é", "")]
    answers = [client.get("/api/v1/models/", headers=guess).status_code for guess in guesses]
    assert answers == [401, 401, 401, 429, 429]


def test_a_bearer_header_does_not_lead_past_the_count_of_pages(client: Client, limit: Callable[..., None]) -> None:
    limit("MODELOPS_THROTTLE_NETWORK", 10, 2)
    junk = {"Authorization": "Bearer nothing"}
    assert [client.get("/sign-in/", headers=junk).status_code for _ in range(3)] == [200, 200, 429]
    body = {"username": "nobody", "password": "wrong", "otp": "000000"}
    limit("MODELOPS_THROTTLE_SIGN_IN", 10, 2)
    door = [client.post("/api/v1/auth/token/", body, content_type="application/json", headers=junk) for _ in range(3)]
    assert [answer.status_code for answer in door] == [401, 401, 429]
    assert door[2].json()["code"] == "request.slow_down"


def test_addresses_that_lead_nowhere_are_counted(client: Client, limit: Callable[..., None]) -> None:
    limit("MODELOPS_THROTTLE_NETWORK", 10, 3)
    answers = [client.get(f"/.env.{number}").status_code for number in range(4)]
    assert answers == [404, 404, 404, 429]


@pytest.mark.parametrize("page", ["/models/", "/admin/"])
def test_a_person_is_counted_by_account_and_gets_a_page(page: str, client: Client, limit: Callable[..., None]) -> None:
    """In the portal and in the admin, however many addresses the person comes from."""
    limit("MODELOPS_THROTTLE_PAGE_READ", 10, 2)
    sign_in(client, make_user("officer", "Compliance officer"))
    answers = [client.get(page, REMOTE_ADDR=f"198.51.100.{number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    wait = answers[2].headers["retry-after"]
    assert 1 <= int(wait) <= 6  # six seconds from the first, of which the others took some
    assert f"Wait {wait} second" in answers[2].content.decode()


def test_signing_in_is_counted_by_address_and_apart_from_reading(client: Client, limit: Callable[..., None]) -> None:
    limit("MODELOPS_THROTTLE_SIGN_IN", 10, 2)
    names = ("one", "two", "three")
    said = [client.post("/sign-in/", {"username": name, "password": "wrong"}).status_code for name in names]
    assert said[2] == 429
    assert 429 not in said[:2]
    assert client.get("/sign-in/").status_code == 200


def test_health_and_metrics_are_never_refused(client: Client, limit: Callable[..., None]) -> None:
    limit("MODELOPS_THROTTLE_NETWORK", 10, 1)
    for address in ("/health/live", "/health/ready", "/metrics") * 3:
        answer = client.get(address)
        assert answer.status_code != 429
        assert "ratelimit" not in answer.headers


def test_without_valkey_reading_goes_on_and_writing_stops(
    client: Client, without_valkey: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Reads are open with an alarm, writes are closed with a stable code."""
    key = bearer()
    assert client.get("/api/v1/models/", headers=key).status_code == 200
    refused = client.post("/api/v1/models/", {"name": "m"}, content_type="application/json", headers=key)
    assert refused.status_code == 503
    assert refused.json()["code"] == "throttle.unavailable"
    assert "broker" not in refused.json()["detail"]
    for _ in range(5):
        assert client.get("/sign-in/").status_code == 200
    assert sum("cannot be counted" in record.message for record in caplog.records) == 1
    metrics = client.get("/metrics").content.decode()
    assert 'modelops_throttle_unavailable_total{outcome="refused",scope="api.write"}' in metrics
    assert 'modelops_throttle_unavailable_total{outcome="served",scope="api.read"}' in metrics
    assert client.get("/health/ready").json()["status"] == "degraded"


def test_without_valkey_people_sign_in_and_guessing_stays_slow(client: Client, without_valkey: None) -> None:
    """S3-20: with both factors; the failures are counted in PostgreSQL."""
    user = make_user(password=PASSWORD)
    body = {"username": "scientist", "password": PASSWORD, "otp": code_of(user)}
    right = client.post("/api/v1/auth/token/", body, content_type="application/json")
    assert right.status_code == 200, right.content
    wrong = body | {"password": "wrong"}
    said = [client.post("/api/v1/auth/token/", wrong, content_type="application/json") for _ in range(6)]
    assert [answer.status_code for answer in said] == [401] * 5 + [429]
    assert said[5].json()["code"] == "login.slow_down"


def _bare(request: Any) -> Any:
    raise AssertionError("not called")


def test_a_route_without_a_class_fails_the_check_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """S2-03."""
    assert posture.every_route_has_a_class().passed
    added = [*routes.all_routes(), *routes.all_routes([path("new-things/", _bare)], "api/v1/")]
    monkeypatch.setattr(posture, "all_routes", lambda: iter(added))
    monkeypatch.setattr(routes, "all_routes", lambda: iter(added))
    (finding,) = posture.every_route_has_a_class().findings
    assert finding.title.startswith("The route /api/v1/new-things/ has no class")
    assert routes.scope_of("api/v1/new-things/", "GET") == routes.STRICTEST.read


def test_the_check_compares_with_what_processes_work_with(client: Client, settings: Any) -> None:
    """S2-03: a process that was started with other limits is found."""
    store._connection.cache_clear()
    client.get("/sign-in/")
    assert posture.limits_are_in_force().passed
    declared = settings.MODELOPS_THROTTLE
    settings.MODELOPS_THROTTLE = declared | {
        "MODELOPS_THROTTLE_EXPORT": declared["MODELOPS_THROTTLE_EXPORT"]._replace(burst=3)
    }
    (finding,) = posture.limits_are_in_force().findings
    assert "MODELOPS_THROTTLE_EXPORT=60/20; here it is 60/3" in finding.title
    settings.MODELOPS_THROTTLE = declared | {
        "MODELOPS_THROTTLE_EXPORT": declared["MODELOPS_THROTTLE_EXPORT"]._replace(burst=60)
    }
    assert any("default is 60/20" in finding.title for finding in posture.limits_are_in_force().findings)


def test_the_check_sees_that_nobody_can_count(without_valkey: None) -> None:
    (finding,) = posture.limits_are_in_force().findings
    assert finding.key == "away"
