"""Every act that asks for a fresh second factor, as each kind of caller: docs/reference/step-up.md is their table."""

import datetime as dt
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.fresh_acts import keys_do, needs_fresh_factor
from accounts.models import ApiKey, User
from accounts.services import issue_api_key
from accounts.services.step_up import CODE_HEADER
from accounts.services.tokens import _pair
from compliance.audit import Actor
from compliance.audit.coverage.walking import all_routes
from modelops.lib.ids import uuid7
from tests.accounts.people import PASSWORD, code_of, confirm, fresh, make_user, sign_in_earlier
from tests.roles import table

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "step-up.md"
ACTS = [
    f"{method} {route.path}"
    for route in all_routes()
    for method in sorted(route.methods)
    if needs_fresh_factor(route.path, method)
]
REST = [act for act in ACTS if " api/v1/" in act]
BY_KEYS = [act for act in REST if keys_do(act.partition(" ")[2], act.partition(" ")[0])]
NOT_BY_KEYS = [act for act in REST if act not in BY_KEYS]
# Asked for by their views, which let no API key through at all.
BY_THE_VIEW = ["POST api/v1/api-keys/", "POST api/v1/api-keys/<uuid:pk>/rotate/", "GET api/v1/audit-events/export/"]


def call(client: Client, act: str, **headers: str) -> Any:
    """Send what does nothing: most of these are refused for their body, or because there is no such object."""
    method, _, route = act.partition(" ")
    kinds = {"uuid": str(uuid.uuid4()), "int": "1"}
    path = re.sub(r"<(?:(\w+):)?\w+>", lambda found: kinds.get(found.group(1), "x"), route)
    empty: dict[str, Any] = {}
    if method != "GET" and route.startswith("api/"):
        empty = {"data": {}, "content_type": "application/json"}
    return getattr(client, method.lower())(f"/{path}", headers=headers, **empty)


def everything(user: User) -> User:
    """Permissions are not what is asked about here."""
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.all())
    return User.objects.get(pk=user.pk)


def key_of(user: User) -> str:
    """A key for all that its owner may."""
    return issue_api_key(user, name="k", scopes=["all"], days=1, actor=Actor.system("tests"))[1]


def with_bearer(text: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {text}"}, raise_request_exception=False)


def asks(answer: Any, status: int = 401) -> str:
    """The page that a refused program is led to; empty where no page helps."""
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, "step_up.required"), problem
    assert ("insufficient_user_authentication" in answer.headers.get("WWW-Authenticate", "")) == (status == 401)
    return str(problem.get("challenge_url", ""))


def goes_on(answer: Any) -> None:
    """The act was begun: whatever came of it, it was not for want of a factor."""
    assert answer.status_code not in {401, 403, 405}, answer.content
    assert "/account/confirm/" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("act", ACTS)
def test_a_browser_shows_its_factor_again(act: str, client: Client) -> None:
    """S4-09: portal, admin and API, on an open session whose code was shown earlier."""
    client.raise_request_exception = False
    user = make_user()
    sign_in_earlier(client, everything(user) if " api/" in act else user)
    answer = call(client, act)
    if " api/" not in act:
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/account/confirm/")
        return  # what comes after a factor is in the table of roles
    assert asks(answer).endswith("/account/confirm/")
    goes_on(call(confirm(client), act))


@pytest.mark.parametrize("act", [*REST, *BY_THE_VIEW])
def test_a_token_of_a_person_brings_a_code_or_is_confirmed(act: str) -> None:
    """S0-44, S4-09: 401 with the address of a page; a code with the request goes on, once."""
    user = everything(make_user())
    pair = _pair(user, uuid7(), ["pwd", "otp"], timezone.now() + dt.timedelta(hours=1), 1800)
    program = with_bearer(pair.access)
    assert "/account/confirm/api/sign-in/" in asks(call(program, act))
    code = code_of(user)
    goes_on(call(program, act, **{CODE_HEADER: code}))
    assert call(program, act, **{CODE_HEADER: code}).json()["code"] == "step_up.refused"
    user.refresh_tokens.update(confirmed_at=timezone.now())
    goes_on(call(program, act))


@pytest.mark.parametrize("act", BY_KEYS)
def test_what_forms_and_configuration_do_asks_no_key(act: str) -> None:
    """S4-12: a key needs its role and scopes alone to open a request or to keep a channel."""
    goes_on(call(with_bearer(key_of(everything(make_user("pipeline", "Pipeline")))), act))


def test_the_code_of_a_sign_in_to_the_api_counts(client: Client) -> None:
    """S0-44, S4-09: as at a session's sign-in, for five minutes; a recovery code does not."""
    user = make_user("keeper", "Security administrator", password=PASSWORD)
    given = {"username": user.username, "password": PASSWORD, "otp": code_of(user)}
    answer = client.post("/api/v1/auth/token/", given, content_type="application/json")
    assert answer.status_code == 200, answer.content
    pair = answer.json()
    act = next(one for one in REST if one.startswith("POST") and "secrets" in one)
    goes_on(call(with_bearer(pair["access"]), act))
    user.refresh_tokens.update(confirmed_at=timezone.now() - dt.timedelta(minutes=6))
    asks(call(with_bearer(pair["access"]), act))


@pytest.mark.parametrize("act", NOT_BY_KEYS)
def test_a_key_of_a_person_is_confirmed(act: str) -> None:
    """S0-44: the person confirms on a page; a code with the key's request is not looked at."""
    user = everything(make_user())
    key = key_of(user)
    assert "/account/confirm/api/key/" in asks(call(with_bearer(key), act))
    asks(call(with_bearer(key), act, **{CODE_HEADER: code_of(user)}))
    goes_on(call(with_bearer(fresh(key)), act))


@pytest.mark.parametrize("act", [*NOT_BY_KEYS, *BY_THE_VIEW])
def test_the_key_of_a_service_never_gets_through(act: str) -> None:
    """S4-12, S4-15: not with every permission and scope, and not with a row that says it was confirmed."""
    key = fresh(key_of(everything(make_user("pipeline", "Pipeline"))))
    ApiKey.objects.update(scopes=["all", "registry.bypass_step_up"])
    answer = call(with_bearer(key), act)
    if act.startswith("POST api/v1/api-keys/"):
        assert (answer.status_code, answer.json()["code"]) == (403, "api_key.needs_person")
    else:
        assert asks(answer, 403) == ""


@pytest.mark.parametrize("act", BY_THE_VIEW)
def test_a_key_gives_out_no_ledger_and_makes_no_key(act: str) -> None:
    answer = call(with_bearer(fresh(key_of(everything(make_user())))), act)
    assert (answer.status_code, answer.json()["code"]) in {(403, "api_key.needs_person"), (403, "step_up.required")}


def test_nothing_that_a_pipeline_does_asks_for_a_factor() -> None:
    """S4-12: whatever the role Pipeline may call over REST goes on without one."""
    may = [
        act
        for act, cells in table.read().items()
        if " api/v1/" in act and cells.get("pipeline", "403") not in {"401", "403"}
    ]
    assert {
        "POST api/v1/models/<object_name:name>/versions/", "POST api/v1/datasets/<object_name:name>/versions/",
        "POST api/v1/quality-runs/", "POST api/v1/drift-runs/", "POST api/v1/models/<object_name:name>/aliases/",
    } <= set(may)  # fmt: skip
    assert [act for act in may if needs_fresh_factor(act.partition(" ")[2], act.partition(" ")[0])] == []


def test_the_page_lists_each_of_them_and_nothing_else() -> None:
    """The table of docs/reference/step-up.md: each of its addresses is the beginning of one that is asked for."""
    told = re.findall(r"^\| `([^`]+)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    asked = {re.sub(r"<[^>]+>", "…", act.partition("api/v1/")[2]) for act in [*REST, *BY_THE_VIEW]}
    assert sorted(path for path in asked if not path.startswith(tuple(f"{one}/" for one in told))) == []
    assert [one for one in told if not any(path.startswith(f"{one}/") for path in asked)] == []
