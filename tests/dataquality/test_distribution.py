"""How columns are distributed is kept, drawn and compared with the last accepted version."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dataquality.engine import Report, examine
from dataquality.models import QualityRun, RunProfile
from dataquality.profiling.sketches import SAMPLE, read_sketch, sampled_rows
from dataquality.profiling.tables import ArrowTable
from dataquality.services import start_quality_run
from modelops.lib.stability import by_chance, stability_index
from tests.accounts.people import make_user
from tests.dataquality.datasets import ACTOR, Api, signed_in, stored, work

ROWS = 20_000


def table(seed: int, *, moved: float = 0.0, rows: int = ROWS) -> pa.Table:
    """Numbers, whole numbers, categories and yes-or-no; ``moved`` shifts each of them."""
    random = np.random.default_rng(seed)
    return pa.table(
        {
            "amount": random.normal(100 + 30 * moved, 20, rows),
            "count": random.poisson(5 + 4 * moved, rows),
            "status": random.choice(["open", "paid", "sent"], rows, p=[0.7 - 0.5 * moved, 0.2 + 0.5 * moved, 0.1]),
            "is_new": random.random(rows) < 0.2 + 0.5 * moved,
            "steady": random.normal(0, 1, rows),
        }
    )


def sketched(given: pa.Table, **said: Any) -> Report:
    """The report on the table."""
    return examine(ArrowTable(given, said.pop("cut", 5000)), **said)


def shifted(report: Report) -> dict[str, str]:
    """Severity by column of what has moved."""
    return {str(each.column): each.severity.value for each in report.findings if each.rule == "shifted"}


def test_columns_that_moved_are_named_and_the_others_are_not() -> None:
    """S3-30: the distribution of each column is compared with the last accepted version."""
    before = sketched(table(1)).sketches
    report = sketched(table(2, moved=1.0), reference=before)
    assert shifted(report) == dict.fromkeys(["amount", "count", "status", "is_new"], "warning")
    assert shifted(sketched(table(3), reference=before)) == {}
    taken = {str(each.column): each.failed for each in report.findings if each.rule == "shifted"}
    assert {str(value) for value in taken.values()} == {"1/2"}
    assert "largest gap" in next(each.message for each in report.findings if each.column == "amount")


def test_chance_alone_moves_nothing_also_in_small_tables() -> None:
    """Fixed seeds: of 60 small tables of one population none is told to have moved."""
    before = sketched(table(1, rows=60)).sketches
    assert all(not shifted(sketched(table(seed, rows=40), reference=before)) for seed in range(2, 62))


def test_a_sketch_is_the_same_however_the_table_is_cut_and_on_any_number_of_threads() -> None:
    """S3-32: to the last digit."""
    told = {
        json.dumps(
            {name: each.as_dict() for name, each in sketched(table(4), cut=cut, threads=threads).sketches.items()}
        )
        for cut, threads in ((7, 1), (5000, 3), (ROWS, 2))
    }
    assert len(told) == 1
    columns = json.loads(told.pop())
    assert sum(count for _, count in columns["status"]["categories"]) == ROWS
    assert columns["amount"]["count"] == SAMPLE
    assert columns["amount"]["upto"][-1] == SAMPLE
    assert {name: read_sketch(each).as_dict() for name, each in columns.items()} == columns


def test_rows_are_sampled_once_from_everywhere() -> None:
    for rows in (1, 4095, 4096, 4097, 10_000, 5_000_000):
        found = sampled_rows(rows)
        assert len(found) == min(rows, SAMPLE)
        assert len(np.unique(found)) == len(found)
        assert found[0] >= 0
        assert found[-1] < rows


def test_odd_columns_are_compared_without_a_word_of_arithmetic() -> None:
    """Constant, infinite, empty, tiny: no division, no warning."""
    odd = {
        "constant": [5.0] * 100,
        "infinite": [float("inf"), float("nan")] * 50,
        "huge": [1e308, -1e308] * 50,
        "few": [1] * 5 + [None] * 95,
        "text": [f"t{place}" for place in range(100)],
        "blank": [" "] * 100,
    }
    before = sketched(pa.table(odd)).sketches
    assert set(before) == {"constant", "huge"}
    assert shifted(sketched(pa.table(odd), reference=before)) == {}
    assert shifted(sketched(pa.table({**odd, "constant": [4.0] * 100}), reference=before)) == {"constant": "warning"}


def test_the_index_and_its_chance_are_those_of_the_books() -> None:
    assert stability_index([10, 20, 30], [100, 200, 300]) == pytest.approx(0, abs=1e-12)
    assert by_chance(2, 100, 100, 0.05) == pytest.approx(3.841 * 0.02, rel=0.03)


@pytest.mark.django_db
def test_a_run_is_compared_with_the_last_accepted_version() -> None:
    """S3-30: a version with a critical finding is passed over until that finding is accepted; nobody else's counts."""
    first = stored("orders", table(1))
    start_quality_run(first, actor=ACTOR)
    work()
    nearly_empty = pa.array([None] * (ROWS - 1) + [1.0])
    moved = table(2, moved=1.0)
    broken = moved.set_column(moved.schema.names.index("steady"), "steady", nearly_empty)
    start_quality_run(stored("orders", broken), actor=ACTOR)
    work()
    second = QualityRun.objects.latest("created_at")
    assert second.issues.filter(severity="critical").exists()
    assert set(second.issues.filter(rule="shifted").values_list("column", flat=True)) == {
        "amount",
        "count",
        "status",
        "is_new",
    }
    start_quality_run(stored("orders", table(3, moved=1.0)), actor=ACTOR)
    work()
    third = QualityRun.objects.latest("created_at")
    assert third.issues.filter(rule="shifted").count() == 4
    start_quality_run(stored("orders", table(5, moved=1.0)), actor=ACTOR)
    work()
    assert not QualityRun.objects.latest("created_at").issues.filter(rule="shifted").exists()
    assert RunProfile.objects.count() == 4


@pytest.mark.django_db
def test_pictures_are_drawn_without_columns_of_people() -> None:
    """S3-33: by page, beside the dataset version and over REST; no value of a personal column is kept."""
    given = table(1, rows=2000).append_column("birth_year", pa.array(np.arange(2000) % 60 + 1944))
    given = given.append_column("email", pa.array([f"{place % 7}@example.org" for place in range(2000)]))
    version = stored("orders", given)
    scientist = make_user("scientist", "Data scientist")
    browser = signed_in(scientist)
    address = "/quality/datasets/orders/versions/1/columns/"
    assert "No quality run of this version" in browser.get(address).content.decode()
    run = start_quality_run(version, actor=ACTOR)
    work()
    kept = RunProfile.objects.get().document["columns"]
    assert set(kept) == {"amount", "count", "status", "is_new", "steady"}
    page = browser.get(address).content.decode()
    assert page.count('class="chart"') == 5
    assert "example.org" not in page
    assert f'hx-get="{address}"' in browser.get("/datasets/orders/versions/1/").content.decode()
    told = Api(scientist).get(f"/api/v1/quality-runs/{run.pk}/profile/").json()
    assert [column["name"] for column in told["columns"]] == ["amount", "count", "status", "is_new", "steady"]
    assert sum(count for _, count in told["columns"][2]["categories"]) == 2000
    assert signed_in(make_user("nobody")).get(address).status_code in (200, 403, 404)
