"""What an alias pointed at on a date: one answer, or none."""

import datetime as dt
import itertools
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.utils import timezone

from accounts.models import User
from compliance.audit import Actor
from modelops.lib.errors import Invalid
from registry.aliases import periods
from registry.aliases.models import Alias, AliasPeriod
from registry.aliases.moments import asked_moment
from registry.aliases.services import move, remove_alias, set_alias
from registry.models import ModelVersion
from registry.promotion.posture import approved
from tests.accounts.people import sign_in
from tests.registry.conftest import api_as  # noqa: F401
from tests.registry.samples import make_version

from .promoting import promote

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


def test_each_moment_has_one_answer_or_none(version: ModelVersion, engineer: User) -> None:
    """S2-15: "what was production on date D", through moves, a removal and a return."""
    model, second = version.model, make_version(version.model, engineer)
    before = timezone.now()
    promote(version)
    promote(second)
    remove_alias(Alias.objects.get(), actor=ACTOR)
    promote(version)
    rows = list(periods.history_of(model, "production"))
    assert [row.number for row in rows] == [1, 2, 1]
    assert rows[0].during.upper is None
    for row in rows:
        found = periods.live_at(model, "production", row.during.lower)
        assert found is not None
        assert found.number == row.number
    gap = rows[1].during.upper
    assert periods.live_at(model, "production", gap) is None
    assert periods.live_at(model, "production", before) is None
    assert periods.live_at(model, "production", timezone.now()).number == 1  # type: ignore[union-attr]


def test_two_versions_at_one_moment_are_impossible(version: ModelVersion, engineer: User) -> None:
    """S2-15: the database refuses them, whatever wrote them."""
    set_alias(version.model, "live", version, actor=ACTOR)
    now = timezone.now()
    for during in (DateTimeTZRange(now, None), DateTimeTZRange(now, now + dt.timedelta(days=1))):
        with pytest.raises(IntegrityError), transaction.atomic():
            AliasPeriod.objects.create(model=version.model, alias="live", number=2, during=during)


def test_a_clock_that_stands_still_leaves_no_gap(version: ModelVersion, engineer: User) -> None:
    now = timezone.now()
    with transaction.atomic():
        for number in (1, 2, 3):
            periods.begin(version.model, "live", number, now)
    rows = list(periods.history_of(version.model, "live").order_by("during"))
    assert [row.number for row in rows] == [1, 2, 3]
    assert all(left.during.upper == right.during.lower for left, right in itertools.pairwise(rows))


def test_the_interface_and_the_page_answer_for_a_date(
    api_as: Callable[..., Client],  # noqa: F811
    version: ModelVersion,
    engineer: User,
) -> None:
    """S1-06, S2-15."""
    promote(version)
    client, base = api_as(engineer), "/api/v1/models/arrival-delay/aliases/production/"
    assert [row["version"] for row in client.get(f"{base}history/").json()["results"]] == [1]
    assert client.get(f"{base}at/?at={timezone.now():%Y-%m-%d}").json()["version"] == 1
    assert client.get(f"{base}at/?at=2020-01-01T00:00:00Z").status_code == 404
    for wrong in ("", "yesterday", "2026-13-01", "<script>"):
        assert client.get(f"{base}at/", {"at": wrong}).status_code == 400
    browser = sign_in(Client(), engineer)
    page = "/models/arrival-delay/aliases/production/history/"
    assert "arrival-delay v1</a>, since" in browser.get(page, {"at": f"{timezone.now():%Y-%m-%d}"}).text
    assert "no version" in browser.get(page, {"at": "2020-01-01"}).text
    assert "names no moment" in browser.get(page, {"at": "<script>"}).text
    assert page in browser.get("/models/arrival-delay/").text


def test_a_moment_without_a_zone_is_utc() -> None:
    assert asked_moment("2026-11-22T10:00").isoformat() == "2026-11-22T10:00:00+00:00"
    with pytest.raises(Invalid):
        asked_moment("0001-01-01T00:00:00+14:00")


def test_what_nobody_approved_is_a_finding(version: ModelVersion, engineer: User) -> None:
    """S2-15: an alias that was moved past the promotion is seen."""
    promote(version)
    assert approved().passed
    second = make_version(version.model, engineer)
    with transaction.atomic():
        move(version.model, "production", second, [], actor=ACTOR)
    found = approved()
    assert (found.passed, found.held, found.total) == (False, 0, 1)
    assert "which nobody approved" in found.findings[0].title
