"""The list of all versions, and filters that a person keeps."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from registry.aliases.services import set_alias
from registry.listing.saved import save_filter
from registry.models import RegisteredModel, SavedFilter
from tests.accounts.people import make_user, sign_in_earlier
from tests.registry.answers import problem_of
from tests.registry.cards.filled import ACTOR
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version, onnx

pytestmark = pytest.mark.django_db


@pytest.fixture
def versions(scientist: User) -> None:
    """Three versions: two of "delay", one of "churn"."""
    data = make_dataset_version(make_dataset(scientist), scientist)
    delay, churn = make_model(scientist, "delay"), make_model(make_user("other", "Data scientist"), "churn")
    make_version(delay, scientist, metrics={"auc": 0.7}, tags={"team": "search"}, datasets=[data])
    best = make_version(delay, scientist, metrics={"auc": 0.9}, source_commit="762c550", datasets=[data])
    make_version(churn, scientist, content=onnx(), metrics={"auc": 0.8, "rmse": -1})
    set_alias(delay, "candidate", best, actor=ACTOR)
    RegisteredModel.objects.filter(name="churn").update(risk_class="high", task_type="regression")


def found(api: Client, query: str) -> list[str]:
    """What the list gives, as "delay 1"."""
    answer = api.get(f"/api/v1/model-versions/{query}")
    assert answer.status_code == 200, answer.content
    return [f"{row['model']} {row['version']}" for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["churn 1", "delay 2", "delay 1"]),
        ("?sort=oldest", ["delay 1", "delay 2", "churn 1"]),
        ("?q=ELA", ["delay 2", "delay 1"]),
        ("?task_type=regression", ["churn 1"]),
        ("?risk_class=high", ["churn 1"]),
        ("?owner=me", ["delay 2", "delay 1"]),
        ("?owner=other", ["churn 1"]),
        ("?alias=candidate", ["delay 2"]),
        ("?file_format=onnx", ["churn 1"]),
        ("?tag=team%3Dsearch", ["delay 1"]),
        ("?tag=team", ["delay 1"]),
        ("?dataset=flights", ["delay 2", "delay 1"]),
        ("?dataset=flights:1&lineage=complete", ["delay 2"]),
        ("?dataset=flights:2", []),
        ("?lineage=incomplete", ["churn 1", "delay 1"]),
        ("?metric=auc&min=0.75", ["churn 1", "delay 2"]),
        ("?metric=auc&min=0.75&max=0.85", ["churn 1"]),
        ("?metric=auc&sort=highest", ["delay 2", "churn 1", "delay 1"]),
        ("?metric=auc&sort=lowest", ["delay 1", "churn 1", "delay 2"]),
        ("?metric=rmse", ["churn 1"]),
        ("?metric=%00&q=%00", ["churn 1", "delay 2", "delay 1"]),
    ],
)
def test_versions_are_found_by_what_they_are(versions: None, api: Client, query: str, expected: list[str]) -> None:
    """S0-03: filters, sort; the portal's list shows the same."""
    assert found(api, query) == expected


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?task_type=magic", "model.unknown_task_type"),
        ("?risk_class=some", "model.unknown_risk_class"),
        ("?state=lost", "version.unknown_state"),
        ("?lineage=half", "version.unknown_lineage"),
        ("?min=1", "list.metric_missing"),
        ("?metric=auc&min=NaN", "list.invalid_number"),
        ("?sort=highest", "list.metric_missing"),
        ("?sort=size", "list.unknown_sort"),
        ("?dataset=flights:x", "datasets.invalid"),
    ],
)
def test_what_cannot_be_asked_is_said(versions: None, api: Client, portal: Client, query: str, code: str) -> None:
    """S0-03."""
    assert problem_of(api.get(f"/api/v1/model-versions/{query}")) == (400, code)
    assert portal.get(f"/models/-/versions/{query}").status_code == 422


def test_the_portal_shows_the_same_versions(versions: None, portal: Client) -> None:
    """S0-03, S2-05: and says whose lineage is incomplete."""
    page = portal.get("/models/-/versions/?metric=auc&sort=lowest").content.decode()
    assert page.index("delay v1") < page.index("churn v1") < page.index("delay v2")
    assert page.count("Lineage incomplete") == 2
    narrowed = portal.get("/models/?risk_class=high").content.decode()
    assert "churn" in narrowed
    assert ">delay<" not in narrowed
    assert ">delay<" in portal.get("/models/?alias=candidate").content.decode()


@pytest.mark.parametrize("sort", ["newest", "oldest", "highest", "lowest"])
def test_pages_come_without_gaps(scientist: User, api: Client, sort: str) -> None:
    """S0-03: keyset pages, also where values repeat."""
    model = make_model(scientist)
    for number in range(7):
        make_version(model, scientist, metrics={"auc": 0.5 + (number // 3) / 10})
    seen: list[int] = []
    url: str | None = f"/api/v1/model-versions/?sort={sort}&metric=auc&page_size=3"
    while url:
        page = api.get(url).json()
        seen += [row["version"] for row in page["results"]]
        url = page["next"]
    assert sorted(seen) == list(range(1, 8))


def test_what_is_restricted_is_not_found(versions: None, api_as: Callable[..., Client]) -> None:
    """S0-03: lists show what one may see."""
    RegisteredModel.objects.filter(name="churn").update(is_restricted=True)
    assert found(api_as(make_user("reader", "Viewer")), "") == ["delay 2", "delay 1"]


def test_a_page_asks_as_often_for_one_row_as_for_many(scientist: User, api: Client) -> None:
    """S0-03: no query per row."""
    from django.test.utils import CaptureQueriesContext

    model = make_model(scientist)
    api.get("/api/v1/model-versions/")  # the first use of a key is told by itself
    counts = []
    for _ in range(2):
        make_version(model, scientist)
        make_version(model, scientist)
        with CaptureQueriesContext(connection) as queries:
            api.get("/api/v1/model-versions/")
        counts.append([query["sql"][:60] for query in queries])
    assert len(counts[0]) == len(counts[1]), counts


def _keep(client: Client, **said: Any) -> Any:
    return client.post("/api/v1/saved-filters/", said, content_type="application/json")


def test_filters_are_kept_by_each_person(
    versions: None, api: Client, api_as: Callable[..., Client], client: Client, scientist: User
) -> None:
    """S0-03: saved filters are a person's own, over REST and in the portal."""
    kept = _keep(api, target="versions", name="Good ones", query={"metric": "auc", "min": "0.75"})
    assert kept.status_code == 201, kept.content
    assert problem_of(_keep(api, target="versions", name="Good  ones", query={"q": "x"})) == (409, "filter.exists")
    assert problem_of(_keep(api, target="versions", name="Other", query={"colour": "x"})) == (400, "filter.invalid")
    assert problem_of(_keep(api, target="jobs", name="Other", query={"q": "x"})) == (400, "filter.unknown_list")
    other = api_as(make_user("reader", "Viewer"))
    assert other.get("/api/v1/saved-filters/").json()["results"] == []
    assert other.delete(f"/api/v1/saved-filters/{kept.json()['id']}/").status_code == 404

    sign_in_earlier(client, scientist)
    page = client.get("/models/-/versions/").content.decode()
    assert "Good ones" in page
    assert client.get(SavedFilter.objects.get().get_absolute_url()).status_code == 200
    said = {"target": "models", "name": "Mine <b>", "query": "owner=me&sort=name"}
    assert client.post("/models/-/filters/", said).status_code == 302
    assert "Mine &lt;b&gt;" in client.get("/models/").content.decode()
    mine = SavedFilter.objects.get(target="models")
    assert mine.query == {"owner": "me", "sort": "name"}
    assert client.post(f"/models/-/filters/{mine.pk}/remove/").status_code == 302
    assert api.delete(f"/api/v1/saved-filters/{kept.json()['id']}/").status_code == 204
    assert not SavedFilter.objects.exists()


def test_a_person_keeps_a_bounded_number(scientist: User) -> None:
    """S0-03."""
    from modelops.lib.errors import Conflict

    for number in range(50):
        save_filter(scientist, "models", f"f{number}", {"q": "x"}, actor=ACTOR)
    with pytest.raises(Conflict):
        save_filter(scientist, "models", "one more", {"q": "x"}, actor=ACTOR)
