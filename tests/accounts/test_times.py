"""Every time knows its zone."""

import datetime as dt
import re
import tomllib
from pathlib import Path

import pytest

from accounts.services import issue_api_key
from compliance.audit import Actor
from tests.accounts.people import make_user

ROOT = Path(__file__).resolve().parents[2]
NAIVE = re.compile(r"\b(?:utcnow|utcfromtimestamp)\s*\(|\bdatetime\.now\(\s*\)")


def test_no_source_makes_a_time_without_a_zone() -> None:
    """S4-05: the linter forbids it; this looks once more, at tests too."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "DTZ" in rules["select"]
    assert not any("DTZ" in rule for rule in rules["ignore"])
    rooms = ("modelops", "compliance", "accounts", "registry", "dataquality", "monitoring", "benchmarks", "tests")
    own = Path(__file__).resolve()
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py") if path != own]
    assert len(files) > 500
    assert [str(path.relative_to(ROOT)) for path in files if NAIVE.search(path.read_text())] == []


@pytest.mark.django_db
def test_times_of_the_interface_carry_their_zone() -> None:
    """S4-05."""
    from accounts.serializers import ApiKeyOut

    key, _ = issue_api_key(make_user(), name="x", scopes=["all"], days=1, actor=Actor.system("test"))
    said = ApiKeyOut(key).data
    for name in ("created_at", "expires_at"):
        assert dt.datetime.fromisoformat(said[name]).utcoffset() == dt.timedelta()
