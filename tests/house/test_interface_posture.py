"""The controls of the REST interface hold in this release, and see what is taken from it."""

import datetime as dt
from typing import Any

import pytest
from django.urls import resolve
from django.utils import timezone
from rest_framework.parsers import FormParser

from accounts.api_key_views import ApiKeysView
from accounts.authentication import SessionAuthentication
from accounts.models import ApiKey
from compliance.posture.looking import look_at_all
from modelops import api_posture
from modelops.throttling import posture as limits
from tests.accounts.people import make_user
from tests.portal.people import key_for

pytestmark = pytest.mark.django_db
ROUTE = "/api/v1/api-keys/"


def test_the_interface_holds() -> None:
    """S2-03, S2-04, S4-110: with as many routes as there are."""
    seen = {looked.control.key: looked.outcome for looked in look_at_all() if looked.control.area == "Interface"}
    assert {f"API-{number}" for number in range(1, 7)} | {"limits.routes", "limits.rates"} <= set(seen)
    for key in ("API-1", "API-2", "API-3", "API-4", "API-6", "limits.routes"):
        assert not seen[key].findings, key
    assert seen["API-1"].held == seen["API-1"].total == seen["API-2"].total
    assert (seen["API-1"].total or 0) > 80
    mlflow = [route for route, _ in api_posture._views() if route.startswith("/mlflow/")]
    assert len(mlflow) > 50


@pytest.mark.parametrize(
    ("attribute", "value", "look", "said"),
    [
        ("permission_classes", [], api_posture.permissions, "DeclaredPermission"),
        ("required_permissions", {"GET": "signed-in"}, api_posture.permissions, "no permission for POST"),
        ("authentication_classes", [], api_posture.authentication, "BearerAuthentication"),
        ("schema", None, api_posture.schemas, "not in the OpenAPI document"),
    ],
)
def test_what_is_taken_from_a_view_is_found(
    attribute: str, value: Any, look: Any, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S2-04: the check names the route."""
    assert look().passed
    monkeypatch.setattr(ApiKeysView, attribute, value)
    (finding,) = look().findings
    assert finding.title.startswith(ROUTE)
    assert said in finding.title
    assert finding.severity in {"critical", "high"}


@pytest.mark.parametrize(
    ("attribute", "value", "look", "said"),
    [
        ("permission_classes", [], api_posture.permissions, "DeclaredPermission"),
        ("required_permissions", {}, api_posture.permissions, "no permission for POST"),
        ("authentication_classes", [], api_posture.authentication, "BearerAuthentication"),
        ("authentication_classes", [SessionAuthentication], api_posture.authentication, "by SessionAuthentication"),
        ("parser_classes", [FormParser], api_posture.schemas, "reads bodies with FormParser"),
        ("schema", None, api_posture.schemas, "not in the OpenAPI document"),
    ],
)
def test_what_is_taken_from_a_call_of_mlflow_is_found(
    attribute: str, value: Any, look: Any, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S2-03, S2-04: the routes of MLflow's protocol are looked at like the others, and no cookie may open them."""
    route = "/mlflow/api/2.0/mlflow/runs/create"
    monkeypatch.setattr(resolve(route).func.cls, attribute, value)
    (finding,) = look().findings
    assert finding.title.startswith(route)
    assert said in finding.title


def test_a_missing_limit_of_bodies_is_found(settings: Any) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "BodyLimit" not in name]
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    assert {finding.key for finding in api_posture.sizes().findings} == {"off", "large"}


def test_a_portal_without_the_throttle_is_found(settings: Any) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Throttle" not in name]
    assert [finding.key for finding in limits.every_route_has_a_class().findings] == ["off"]


def test_plain_lines_are_found(settings: Any) -> None:
    settings.PRODUCTION, settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, False, 0
    settings.CORS_ALLOWED_ORIGINS = ["http://app.example.org"]
    assert {finding.key for finding in api_posture.transport().findings} == {
        "http://app.example.org", "redirect", "hsts",
    }  # fmt: skip


def test_long_tokens_and_keys_are_found(settings: Any) -> None:
    make_user()
    key_for("engineer", "ML engineer")
    assert api_posture.ages().passed
    settings.MODELOPS_TOKEN_LIFETIME_S = 3600
    ApiKey.objects.update(expires_at=timezone.now() + dt.timedelta(days=800))
    assert [finding.key for finding in api_posture.ages().findings] == ["MODELOPS_TOKEN_LIFETIME_S", "keys"]
