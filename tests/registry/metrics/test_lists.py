"""The list of models: narrowed, sorted, in pages, the same over REST and in the portal."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.actors import actor_of
from accounts.models import User
from registry import services
from registry.listing import SORTS, narrowed
from registry.models import ModelVersion, RegisteredModel
from tests.accounts.people import make_user
from tests.registry.answers import problem_of
from tests.registry.samples import harmful, make_model, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def models(scientist: User) -> None:
    other = make_user("other")
    for name, task, owner in (
        ("beta", "regression", scientist),
        ("alpha", "ranking", other),
        ("gamma", "regression", other),
    ):
        services.register_model(name, task, actor=actor_of(owner))
    make_version(RegisteredModel.objects.get(name="beta"), scientist, tags={"team": "search", "nightly": ""})
    make_version(RegisteredModel.objects.get(name="alpha"), other, content=harmful())


def names(api: Client, query: str) -> list[str]:
    return [row["name"] for row in api.get(f"/api/v1/models/{query}").json()["results"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["gamma", "alpha", "beta"]),
        ("?sort=name", ["alpha", "beta", "gamma"]),
        ("?sort=changed", ["alpha", "beta", "gamma"]),
        ("?task_type=regression&sort=name", ["beta", "gamma"]),
        ("?owner=other&sort=name", ["alpha", "gamma"]),
        ("?owner=me", ["beta"]),
        ("?owner=nobody", []),
        ("?quarantined=true", ["alpha"]),
        ("?tag=nightly", ["beta"]),
        ("?tag=team=search", ["beta"]),
        ("?tag=team=other", []),
        ("?q=AMM", ["gamma"]),
        ("?deleted=true", []),
    ],
)
def test_the_list_is_narrowed_and_sorted(models: None, api: Client, query: str, expected: list[str]) -> None:
    """S0-03."""
    assert names(api, query) == expected


def test_bad_questions_are_refused(models: None, api: Client) -> None:
    """S0-03."""
    assert problem_of(api.get("/api/v1/models/?sort=owner")) == (400, "list.unknown_sort")
    assert problem_of(api.get("/api/v1/models/?task_type=magic")) == (400, "model.unknown_task_type")
    assert names(api, "?q=%00") == ["gamma", "alpha", "beta"]
    assert names(api, "?tag=%00") == []


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_comes_in_pages_without_gaps(scientist: User, api: Client, portal: Client, sort: str) -> None:
    """S0-03: pages by key, also where a value repeats; the address keeps the state."""
    for number in range(7):
        make_model(scientist, f"m{number}")
    RegisteredModel.objects.update(changed_at=RegisteredModel.objects.first().created_at)
    seen: list[str] = []
    url: str | None = f"/api/v1/models/?sort={sort}&page_size=3&task_type=binary_classification"
    while url:
        page = api.get(url).json()
        seen += [row["name"] for row in page["results"]]
        url = page["next"]
        assert url is None or f"sort={sort}" in url
    assert sorted(seen) == [f"m{number}" for number in range(7)]
    for number in range(30):
        make_model(scientist, f"n{number:02}")
    first = portal.get(f"/models/?sort={sort}&owner=me").content.decode()
    older = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert f"sort={sort}" in older
    assert "owner=me" in older
    second = portal.get(f"/models/{older}").content.decode()
    assert second.count('<th scope="row">') == 12
    assert 'aria-sort="' in second


def test_each_order_and_filter_is_answered_by_an_index(scientist: User) -> None:
    """S0-03: at a million rows a page reads its own rows only; here the planner is asked what it would do."""
    viewer = make_user("viewer", "Viewer")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        for column, asked, index in (
            ("-id", {}, "registry_registeredmodel_pkey"),
            ("name", {}, "registry_registeredmodel_name"),
            ("-changed_at", {}, "registry_model_changed"),
            ("-id", {"task_type": "regression"}, "registry_model_task_newest"),
            ("-id", {"owner": "me"}, "registry_model_owner_newest"),
        ):
            second = "-id" if column.startswith("-") else "id"
            rows: Any = narrowed(viewer, asked).order_by(*dict.fromkeys([column, second]))[:26]
            plan = rows.explain()
            assert index in plan, (column, asked, plan)


def test_a_purged_or_quarantined_version_changes_the_lists(scientist: User, api: Client) -> None:
    version = make_version(make_model(scientist, "m"), scientist, content=harmful())
    assert names(api, "?quarantined=true") == ["m"]
    ModelVersion.objects.filter(pk=version.pk).update(state="ready")
    assert names(api, "?quarantined=true") == []
