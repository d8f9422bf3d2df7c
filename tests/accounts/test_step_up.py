"""A fresh second factor before something sensitive."""

import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client, RequestFactory

from accounts import services
from accounts.errors import SlowDown, StepUpImpossible, StepUpRefused, StepUpRequired
from accounts.models import User
from accounts.services import step_up
from accounts.sessions.store import SessionStore
from accounts.views import confirming
from compliance.audit import Actor
from tests.accounts.conftest import Clock
from tests.accounts.people import PASSWORD, code_of, make_user
from tests.accounts.people import sign_in_earlier as sign_in

pytestmark = pytest.mark.django_db

BYPASS = "registry.bypass_step_up"


def request_of(user: User, auth: Any = None, **headers: str) -> Any:
    request = RequestFactory().get("/", headers=headers)
    request.user, request.auth, request.session = user, auth, SessionStore()  # type: ignore[attr-defined]
    return request


def test_a_session_is_fresh_for_five_minutes_after_a_code(clock: Clock) -> None:
    """S0-06: younger than 5 minutes, and one use per code."""
    request = request_of(make_user())
    with pytest.raises(StepUpRequired):
        services.require_fresh_factor(request)
    code = code_of(request.user)
    step_up.confirm(request, code)
    services.require_fresh_factor(request)
    clock.forward(minutes=4, seconds=58)
    services.require_fresh_factor(request)
    clock.forward(seconds=5)
    with pytest.raises(StepUpRequired):
        services.require_fresh_factor(request)
    with pytest.raises(StepUpRefused):
        step_up.confirm(request, code)


def test_wrong_codes_count_with_those_at_the_sign_in(rows: Callable[..., int]) -> None:
    request = request_of(make_user())
    for _ in range(5):
        with pytest.raises(StepUpRefused):
            step_up.confirm(request, "000000")
    with pytest.raises(SlowDown):
        step_up.confirm(request, code_of(request.user))
    assert rows("accounts.factor.confirmation_refused", outcome="denied") == 5
    assert rows("accounts.sign_in.slowed_down") == 1
    assert rows("accounts.factor.confirmed") == 0


def test_a_token_brings_its_code_and_a_key_has_none() -> None:
    """S0-06: a key is refused unless it was made with the permission, which its owner holds."""
    user, pipeline = make_user(), make_user("pipeline", "Pipeline")
    token = SimpleNamespace(sign_in=SimpleNamespace(confirmed_at=None, pk=uuid.uuid4()))
    with pytest.raises(StepUpRequired):
        services.require_fresh_factor(request_of(user, token))
    request = request_of(user, token, **{step_up.CODE_HEADER: code_of(user)})
    services.require_fresh_factor(request)
    with pytest.raises(StepUpRefused):
        services.require_fresh_factor(request)

    def key(owner: User, *scopes: str) -> Any:
        return services.issue_api_key(owner, name="k", scopes=list(scopes), days=1, actor=Actor.system("tests"))[0]

    named = request_of(pipeline, key(pipeline, BYPASS, "registry.download_artifact"))
    services.require_fresh_factor(named, bypass=BYPASS)
    for refused in (
        request_of(pipeline, key(pipeline, "all")),
        request_of(user, key(user, BYPASS)),  # the scope alone gives nothing that the owner may not
    ):
        with pytest.raises((StepUpRequired, StepUpImpossible)):
            services.require_fresh_factor(refused, bypass=BYPASS)
    with pytest.raises(StepUpImpossible):
        services.require_fresh_factor(named)


def test_the_page_asks_and_leads_back(client: Client) -> None:
    user = make_user()
    sign_in(client, user)
    assert "six digits" in client.get("/account/confirm/?next=/jobs/").content.decode()
    refused = client.post("/account/confirm/?next=/jobs/", {"code": "000000"})
    assert refused.status_code == 403
    assert "each code works once" in refused.content.decode()
    answer = client.post("/account/confirm/?next=/jobs/", {"code": code_of(user)})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/jobs/")
    away = client.post("/account/confirm/?next=https://elsewhere.example/", {"code": code_of(user, steps=1)})
    assert away.headers["Location"] == "/"
    assert confirming.TEMPLATE in [template.name for template in refused.templates]


def test_signing_in_with_a_code_counts_and_with_a_recovery_code_does_not(client: Client) -> None:
    user = make_user(password=PASSWORD)
    client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    client.post("/sign-in/code/", {"code": code_of(user)})
    assert step_up.CONFIRMED_KEY in client.session
    client.post("/sign-out/")
    device = user.totpdevice_set.get()
    from accounts.services.factors import _new_recovery_codes

    recovery = _new_recovery_codes(user)[0]
    client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    client.post("/sign-in/code/?with=recovery", {"code": recovery})
    assert client.session["otp_device_id"] == device.persistent_id
    assert step_up.CONFIRMED_KEY not in client.session
