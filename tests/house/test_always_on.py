"""Access control and the audit log cannot be switched off: not by a setting, and not unnoticed."""

import re
import runpy
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from modelops.always_on import APPS, MIDDLEWARE, check_always_on, check_triggers, missing

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", (ROOT / "docs/reference/settings.md").read_text(), re.M)))
OFF = ("0", "off", "false", "none", "disabled")


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of a production portal."""
    for name, value in {
        "MODELOPS_ENV": "production",
        "MODELOPS_HOSTS": "portal.example.org",
        "MODELOPS_BASE_URL": "https://portal.example.org",
    }.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def as_configured() -> SimpleNamespace:
    """The settings as this environment makes them."""
    return SimpleNamespace(**runpy.run_path(str(ROOT / "modelops" / "settings.py")))


def test_the_portal_as_it_is_has_both(production: pytest.MonkeyPatch) -> None:
    """S1-03, S1-18, S3-65: access control and the audit log are always on."""
    assert list(missing(as_configured())) == []
    assert check_always_on(None) == []
    assert len(NAMES) > 30


@pytest.mark.parametrize("name", NAMES)
def test_no_setting_turns_either_off(production: pytest.MonkeyPatch, name: str) -> None:
    """S1-03, S1-18: whatever a documented setting says, the portal does not start or has both."""
    for value in OFF:
        with production.context() as changed:
            changed.setenv(name, value)
            try:
                configured = as_configured()
            except (ImproperlyConfigured, ValueError, OSError):
                continue
            assert list(missing(configured)) == []


def test_there_is_no_setting_with_such_a_name() -> None:
    """S1-18: and an unknown one stops the start (tests/configuration/test_start.py)."""
    assert [name for name in NAMES if re.search(r"AUDIT.*(ENABLE|DISABLE|OFF|ON$)|ACCESS_CONTROL|NO_AUTH", name)] == []


@pytest.mark.parametrize("check", ["modelops.E090", "modelops.E091"])
def test_the_checks_cannot_be_accepted_away(production: pytest.MonkeyPatch, check: str) -> None:
    production.setenv("MODELOPS_ACCEPTED_CHECKS", f"modelops.W014,{check}")
    with pytest.raises(ImproperlyConfigured, match="not accepted away"):
        as_configured()


@pytest.mark.parametrize("name", MIDDLEWARE)
def test_a_middleware_that_was_taken_out_is_an_error(settings: Any, name: str) -> None:
    """S4-54: removing one fails, and the error names it."""
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != name]
    (error,) = check_always_on(None)
    assert (error.id, name in error.msg) == ("modelops.E090", True)


def test_a_middleware_in_the_wrong_place_is_an_error(settings: Any) -> None:
    """S4-54: the order is asserted; any two neighbours that change places are told."""
    right = settings.MIDDLEWARE
    for first, second in pairwise(MIDDLEWARE):
        places = {first: second, second: first}
        settings.MIDDLEWARE = [places.get(each, each) for each in right]
        assert [error.msg for error in check_always_on(None)] == ["The middleware is out of order."], first


def test_another_permission_class_or_handler_or_app_is_an_error(settings: Any) -> None:
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
        "EXCEPTION_HANDLER": "rest_framework.views.exception_handler",
    }
    assert len(check_always_on(None)) == 2


def test_every_app_that_they_need_is_installed(settings: Any) -> None:
    assert set(APPS) <= set(settings.INSTALLED_APPS)


@pytest.mark.django_db
def test_a_trigger_that_was_switched_off_is_an_error() -> None:
    """S1-03: whoever owns the database can do that; the check tells."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relid::text FROM pg_partition_tree('audit_auditevent')")
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:  # the suite switches them off to empty tables between tests
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        assert check_triggers(None) == []
        cursor.execute(f"ALTER TABLE {tables[-1]} DISABLE TRIGGER audit_append_only")
    (error,) = check_triggers(None)
    assert error.id == "modelops.E091"
    assert f"audit_append_only of {tables[-1]}" in error.msg
