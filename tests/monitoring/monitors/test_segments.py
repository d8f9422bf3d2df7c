"""Drift that hits one segment of the data: found, corrected with all others, and silent about few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.db import IntegrityError, connection, transaction

from monitoring.drift.comparison import measure
from monitoring.drift.evaluation import Policy, SegmentPolicy
from monitoring.drift.segments import MOST_VALUES, Part, decide_segments, measure_segments
from monitoring.models import Alert, DriftRun
from monitoring.monitors.models import RunSegment
from tests.accounts.people import make_user
from tests.dataquality.datasets import Api, signed_in, stored, work
from tests.monitoring.monitors.test_monitors_api import BODY, MONITORS


class Table:
    """Columns in memory, as a comparison reads them."""

    def __init__(self, columns: dict[str, Any]) -> None:
        self._table = pa.table(columns)
        self.schema = self._table.schema

    def columns(self, names: list[str]) -> Any:
        return ((name, self._table.column(name)) for name in names)


def sales(shift: float, seed: int) -> dict[str, Any]:
    """Three countries; in the middle one, a tenth of all, the amounts move by ``shift``. Twenty rows are elsewhere."""
    random = np.random.default_rng(seed)
    country = np.repeat(["de", "fr", "lu"], [2700, 300, 20])
    return {
        "country": country,
        "amount": random.normal(0, 1, 3020) + np.where(country == "fr", shift, 0),
        "age": random.integers(18, 80, 3020),
    }


def segmented(*shifts: float, done: Callable[[], None] = work, **more: Any) -> tuple[Api, dict[str, Any]]:
    """A monitor by country whose data has moved by each of ``shifts``; ``done`` returns when its jobs are."""
    api = Api(make_user("pipeline", "Pipeline"))
    stored("orders", sales(0, 0))
    answer = api.post(MONITORS, BODY | {"segments": ["country"]} | more)
    assert answer.status_code == 201, answer.content
    for number, shift in enumerate(shifts, start=1):
        stored("orders", sales(shift, number))
        assert api.post(f"{MONITORS}{answer.json()['id']}/runs/", {}).status_code == 202
        done()
    return api, answer.json()


def newest(api: Api, monitor: dict[str, Any]) -> dict[str, Any]:
    shown = api.get(f"{MONITORS}{monitor['id']}/").json()
    run: dict[str, Any] = api.get(f"/api/v1/drift-runs/{shown['runs'][0]['id']}/").json()
    return run


@pytest.mark.django_db
def test_drift_of_one_segment_is_found_where_the_whole_is_quiet() -> None:
    """S3-49: the verdict of each segment; one of fewer than thirty rows is not told, not even how many they are."""
    # The whole may move by 0.06, the segments by less: it is the segment that is found.
    api, monitor = segmented(0, 0.6, policy={"minimum_effect": 0.1})
    assert monitor["segments"] == ["country"]
    run = newest(api, monitor)
    assert not any(feature["drifted"] for feature in run["features"])
    assert run["drifted"]
    found = {segment["value"]: segment for segment in run["segments"]}
    assert list(found) == ["de", "fr", "lu"]
    assert (found["de"]["drifted"], found["fr"]["drifted"]) == (False, True)
    moved = {feature["name"]: feature for feature in found["fr"]["features"]}
    assert [name for name, feature in moved.items() if feature["drifted"]] == ["amount"]
    assert moved["amount"]["adjusted_p_value"] > moved["amount"]["p_value"]
    assert moved.keys() == {"amount", "age"}
    assert "Fewer than 30 rows" in found["lu"]["reason"]
    assert (found["lu"]["n_reference"], found["lu"]["n_current"], found["lu"]["features"]) == (0, 0, [])
    assert "1 segment" in Alert.objects.get().title
    page = signed_in(make_user("scientist"))
    for path in (
        f"/drift/monitors/{monitor['id']}/",
        f"/drift/{run['id']}/",
        f"/drift/{run['id']}/report/",
    ):
        text = page.get(path).content.decode()
        assert "country" in text, path
        assert "Fewer than 30 rows" in text, path
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM monitors_runsegment")
        assert not any(bytes(value)[-2:] == b"de" or b"fr" in bytes(value)[:4] for (value,) in cursor.fetchall())
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        RunSegment.objects.update(drifted=False)


@pytest.mark.django_db
def test_a_segment_has_its_own_threshold_and_the_back_test_knows_it() -> None:
    """S3-49: thresholds by segment, tried on the last runs before they are saved; accepting covers segments."""
    api, monitor = segmented(0.6, policy={"minimum_effect": 0.1, "segments": {"country": {"fr": {"ignored": True}}}})
    assert newest(api, monitor)["drifted"] is False
    path = f"{MONITORS}{monitor['id']}/policy/"
    for own, would in (({"minimum_effect": 0.15}, 1), ({"minimum_effect": 0.5}, 0)):
        change = {"minimum_effect": 0.1, "segments": {"country": {"fr": own}}, "why": "France.", "only_test": True}
        assert api.post(path, change).json()["back_test"]["would_alert"] == would, own
    foreign = api.post(path, {"segments": {"age": {"18": {}}}, "why": "Another."})
    assert (foreign.status_code, foreign.json()["code"]) == (400, "monitor.unknown_segment")
    api.post(path, {"minimum_effect": 0.1, "why": "All count."})
    stored("orders", sales(0.6, 8))
    api.post(f"{MONITORS}{monitor['id']}/runs/", {})
    work()
    assert newest(api, monitor)["drifted"] is True
    # The page of the monitor accepts it: the drift of the feature in the segment is its size.
    page = signed_in(make_user("scientist"))
    address = f"/drift/monitors/{monitor['id']}/"
    assert "Accept this drift" in page.get(address, {"feature": "amount"}).content.decode()
    assert page.post(f"{address}accept/", {"feature": "amount", "why": "", "until": "2000-01-01"}).status_code == 422
    refused = page.post(f"{address}accept/", {"feature": "amount", "why": "Known.", "until": "2000-01-01"}, follow=True)
    assert "within the next 366 days" in refused.content.decode()
    day = (DriftRun.objects.latest("created_at").created_at.date()).replace(day=1)
    later = day.replace(year=day.year + 1, month=1)
    given = {"feature": "amount", "why": "Known.", "until": later.isoformat()}
    assert "is accepted" in page.post(f"{address}accept/", given, follow=True).content.decode()
    stored("orders", sales(0.6, 9))
    api.post(f"{MONITORS}{monitor['id']}/runs/", {})
    work()
    assert newest(api, monitor)["drifted"] is False


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"segments": ["absent"]}, "monitor.unknown_feature"),
        ({"segments": ["country", "age", "amount", "a", "b", "c"]}, "request.invalid"),
        ({"policy": {"segments": {"country": {"fr": {"minimum_effect": 2}}}}}, "request.invalid"),
        ({"policy": {"segments": {"age": {"18": {}}}}}, "monitor.unknown_segment"),
    ],
)
def test_segments_that_cannot_be_are_refused(change: dict[str, Any], code: str) -> None:
    api = Api(make_user("pipeline", "Pipeline"))
    stored("orders", sales(0, 0))
    answer = api.post(MONITORS, BODY | {"segments": ["country"]} | change)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.django_db
def test_a_paused_monitor_waits_and_the_admin_shows_what_was_accepted() -> None:
    """S3-49: pausing over REST and on the page; the compliance officer reads monitors and accepted drift."""
    api, monitor = segmented(0.6, every_s=3600)
    for word, enabled in (("pause", False), ("pause", False), ("resume", True)):
        assert api.post(f"{MONITORS}{monitor['id']}/{word}/", {}).json()["is_enabled"] is enabled
    page = signed_in(make_user("scientist"))
    address = f"/drift/monitors/{monitor['id']}/"
    assert "is paused" in page.post(f"{address}pause/", follow=True).content.decode()
    assert "Resume" in page.get(address).content.decode()
    assert "by the clock again" in page.post(f"{address}resume/", follow=True).content.decode()
    until = {"feature": "amount", "why": "Known.", "until": "2999-01-01T00:00:00Z"}
    assert api.post(f"{MONITORS}{monitor['id']}/accepted/", until).json()["code"] == "monitor.bad_expiry"
    officer = signed_in(make_user("officer", "Compliance officer"))
    for admin in ("/admin/monitors/driftmonitor/", f"/admin/monitors/driftmonitor/{monitor['id']}/change/"):
        assert "orders" in officer.get(admin).content.decode()
    assert officer.get("/admin/monitors/accepteddrift/").status_code == 200
    assert officer.get("/admin/monitors/driftmonitor/add/").status_code == 403


def parts_of(before: dict[str, Any], after: dict[str, Any], columns: list[str]) -> list[Part]:
    names = [name for name in before if name in after]
    return measure_segments(Table(before), Table(after), columns, names)


def test_columns_that_make_no_segments_say_why() -> None:
    random = np.random.default_rng(3)
    before = {
        "value": random.normal(0, 1, 200),
        "many": [f"word {i % (MOST_VALUES + 1)}" for i in range(200)],
        "long": ["x" * 300] * 200,
        "kind": ["a"] * 200,
        "gone": ["a"] * 200,
        "nulls": pa.array([None] * 200, pa.string()),
    }
    after = {**before, "kind": [True] * 200}
    del after["gone"]
    parts = parts_of(before, after, ["value", "many", "long", "kind", "gone", "nulls"])
    told = {part.column: part.reason for part in parts if part.reason}
    assert "whole numbers make segments" in told["value"]
    assert f"{MOST_VALUES + 1} distinct values" in told["many"]
    assert "255 characters" in told["long"]
    assert told["gone"] == "The current data has no such column."
    assert {(part.value, part.reason) for part in parts if part.column == "kind"} == {
        ("a", "Fewer than 30 rows in the current data."),
        ("true", "Fewer than 30 rows in the reference data."),
    }
    assert not [part for part in parts if part.column == "nulls"]


def test_true_and_whole_numbers_make_segments_too_and_few_values_are_not_compared() -> None:
    random = np.random.default_rng(4)
    columns = {
        "flag": np.arange(400) % 2 == 0,
        "group": np.arange(400) % 3,
        "rare": pa.array([1.0 if i < 20 else None for i in range(400)]),
        "value": random.normal(0, 1, 400),
    }
    parts = parts_of(columns, columns, ["flag", "group"])
    assert [(part.column, part.value, part.n_current) for part in parts] == [
        ("flag", "false", 200), ("flag", "true", 200), ("group", "0", 134), ("group", "1", 133), ("group", "2", 133),
    ]  # fmt: skip
    rare = next(one for one in parts[0].features if one.name == "rare")
    assert rare.reason == "Fewer than 30 values."


def test_many_segments_raise_no_more_false_alarms_than_none() -> None:
    """S3-48: four features in eight segments and in the whole, unchanged: of 40 runs at most two call anything."""
    calls = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        before, after = (
            {"place": np.arange(800) % 8, **{f"f{i}": random.normal(0, 1, 800) for i in range(4)}} for _ in range(2)
        )
        found, missing = measure(Table(before), Table(after))
        policy = Policy(minimum_effect=0.0)
        features, parts = decide_segments(found, missing, parts_of(before, after, ["place"]), policy)
        every = [one for part in parts for one in part.features] + features
        calls += any(one.verdict is not None and one.verdict.drifted for one in every)
    assert calls <= 2


def test_thresholds_of_feature_and_segment_meet() -> None:
    policy = Policy(segments={"country": {"fr": SegmentPolicy(0.2)}})
    assert policy.effect_of("amount", ("country", "fr")) == 0.2
    assert policy.effect_of("amount", ("country", "de")) == policy.minimum_effect
    assert Policy.from_json(policy.as_json()) == policy
