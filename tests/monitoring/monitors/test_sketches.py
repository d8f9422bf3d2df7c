"""What a pipeline pushes when no row may leave it: counts, by the client file that the portal gives out."""

from __future__ import annotations

import json
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from compliance.audit import Actor
from compliance.subjects.providers import Subject
from modelops.jobs.models import Job
from monitoring.drift.comparison import compare
from monitoring.drift.edges import FEWEST, bins_of
from monitoring.models import Alert, DriftRun
from monitoring.monitors.models import DriftMonitor, ProfileColumn, ReferenceProfile
from monitoring.monitors.profiles import profile_of
from monitoring.monitors.pushed import sketch_of
from monitoring.predictions.models import FeatureBlock
from monitoring.predictions.personal_data import Predictions
from tests.dataquality.datasets import Api, stored, work
from tests.monitoring.predictions.sending import MODEL, PREDICTIONS, a_version, pipeline, refused

pytestmark = pytest.mark.django_db
MONITORS = "/api/v1/monitors/"
ERROR = 2.5e-4


def table(rows: int, shift: float, seed: int) -> dict[str, Any]:
    """Smooth, whole, tied and heavy-tailed numbers, with gaps; categories, some of them rare."""
    random = np.random.default_rng(seed)
    amount = random.normal(shift, 1, rows)
    amount[random.random(rows) < 0.01] = np.nan
    return {
        "amount": pa.array(amount, from_pandas=True),
        "age": random.integers(18, 80, rows),
        "price": np.round(random.lognormal(3, 1, rows), 2),
        "channel": random.choice(["web", "shop", "phone"], rows, p=[0.7, 0.2999, 0.0001]),
    }


def client(tmp_path: Path, api: Api) -> Path:
    """The client file as the portal gives it out."""
    answer = api.get("/api/v1/sketch-client/")
    path = tmp_path / "modelops_sketch.py"
    path.write_bytes(answer.content)
    return path


def counted(tmp_path: Path, api: Api, monitor: str, columns: dict[str, Any]) -> dict[str, Any]:
    """The sketch that two workers count and merge, by the command line; what `push` would send."""
    program, bins = client(tmp_path, api), tmp_path / "bins.json"
    bins.write_bytes(api.get(f"{MONITORS}{monitor}/sketch/").content)
    whole = pa.table(columns)
    half = whole.num_rows // 2
    for name, part in (("one", whole.slice(0, half)), ("two", whole.slice(half))):
        pa.csv.write_csv(part, tmp_path / f"{name}.csv")
        command(program, "count", "--bins", bins, tmp_path / f"{name}.csv", "-o", tmp_path / f"{name}.json")
    command(program, "merge", tmp_path / "one.json", tmp_path / "two.json", "-o", tmp_path / "whole.json")
    module = types.ModuleType("modelops_sketch")
    exec(compile(program.read_bytes(), str(program), "exec"), module.__dict__)  # noqa: S102  the file that users run
    told: dict[str, Any] = module.Sketch.load(tmp_path / "whole.json").told()
    return told


def command(*arguments: object) -> None:
    """Run it alone: no package of the portal is in reach."""
    given = [sys.executable, "-I", "-S", *map(str, arguments)]
    done = subprocess.run(given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def monitored(api: Api, columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A monitor whose reference has been profiled."""
    stored("orders", columns)
    monitor: dict[str, Any] = api.post(
        MONITORS, {"name": "orders", "reference": {"dataset": "orders", "version": 1}, **more}
    ).json()
    work()
    return monitor


def push(api: Api, sketch: Any, batch_id: str = "monday", **more: Any) -> Any:
    """Send a sketch as the client does."""
    return api.post(PREDICTIONS, {"model": MODEL, "version": 1, "batch_id": batch_id, "sketch": sketch, **more})


@pytest.mark.parametrize("shift", [0.0, 0.2], ids=["same", "moved"])
def test_a_sketch_gives_the_verdict_of_the_rows(shift: float, tmp_path: Path) -> None:
    """S3-50, S2-58: within 2.5e-4 in D, with about 32 KB a column, none of 1 to 19 values told, no value sent."""
    a_version()
    api = pipeline()
    monitor = monitored(api, table(100_000, 0, 1))
    current = table(170_000, shift, 2)
    sketch = counted(tmp_path, api, monitor["id"], current)
    assert max(len(json.dumps(column)) for column in sketch["columns"].values()) < 33_000
    for column in sketch["columns"].values():
        told = column.get("counts") or [*column["categories"].values(), column["other"]]
        assert all(count is None or count == 0 or count >= FEWEST for count in told)
    answer = push(api, sketch)
    assert answer.status_code == 201, answer.content
    work()
    run = api.get(f"/api/v1/drift-runs/{answer.json()['drift_run']}/").json()
    assert (run["state"], run["drifted"], run["pushed"]) == ("succeeded", shift > 0, f"Batch monday of {MODEL} v1")
    pushed = {feature["name"]: feature for feature in run["features"]}
    raw = {
        feature.name: feature for feature in compare(_Whole(pa.table(table(100_000, 0, 1))), _Whole(pa.table(current)))
    }
    assert pushed.keys() == raw.keys()
    for name, feature in pushed.items():
        exact = raw[name]
        assert exact.drift is not None
        assert exact.verdict is not None
        assert -1e-12 <= exact.drift.statistic - feature["statistic"] <= feature["measures"]["sketch_error"] + 1e-12
        assert exact.drift.statistic - feature["statistic"] <= ERROR
        assert feature["drifted"] == exact.verdict.drifted
        assert (feature["n_current"], feature["dropped_current"]) == (
            exact.drift.n_current,
            exact.drift.dropped_current,
        )
    assert Alert.objects.filter(key__startswith="drift:").count() == (1 if shift else 0)
    shown = api.get(f"{MONITORS}{monitor['id']}/").json()
    assert [row["id"] for row in shown["runs"]] == [run["id"]]
    again = push(api, sketch)
    assert (again.status_code, again.json()["drift_run"], DriftRun.objects.count()) == (200, run["id"], 1)


class _Whole:
    """A table in memory."""

    def __init__(self, whole: pa.Table) -> None:
        self.schema = whole.schema
        self._whole = whole

    def columns(self, names: list[str]) -> Any:
        return ((name, self._whole.column(name)) for name in names)


def test_a_reference_is_profiled_once_and_sealed() -> None:
    """The run reads the profile: it answers as the table does when the reference's own file is out of reach."""
    api = pipeline()
    canary = 8_713_620_911
    monitor = monitored(api, {"a": [canary + number for number in range(500)], "t": ["x"] * 500})
    profile = ReferenceProfile.objects.get()
    assert (profile.rows, profile.columns) == (500, 2)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT published, values FROM monitors_profilecolumn")
        for row in cursor.fetchall():
            assert not any(content and str(canary)[:6].encode() in bytes(content) for content in row)
    stored("orders", {"a": [canary + number * 2 for number in range(500)], "t": ["x"] * 500})
    api.post(f"{MONITORS}{monitor['id']}/runs/", {})
    work()
    run = DriftRun.objects.get()
    feature = run.features.get(name="a")
    assert feature.statistic == pytest.approx(0.5)
    # A second monitor of the same reference has the profile already.
    body = {"name": "again", "reference": {"dataset": "orders", "version": 1}}
    assert api.post(MONITORS, body).status_code == 201
    assert Job.objects.filter(kind="drift.profile").count() == 1
    ProfileColumn.objects.all().delete()
    ReferenceProfile.objects.all().delete()
    from monitoring.monitors.tasks import run_due

    run_due()
    work()
    assert profile_of(DriftMonitor.objects.first().reference) is not None


def _sketch(api: Api, monitor: str, **columns: Any) -> dict[str, Any]:
    bins = api.get(f"{MONITORS}{monitor}/sketch/").json()
    edges = bins["columns"]["a"]["edges"]
    counts = [None] * len(edges) + [50]
    told = {"a": {"counts": counts, "missing": 0}} | columns
    return {"monitor": monitor, "profile": bins["profile"], "rows": 50, "columns": told}


def test_what_is_no_sketch_is_refused_whole() -> None:
    a_version()
    api = pipeline()
    monitor = monitored(api, {"a": list(range(500)), "t": ["x", "y"] * 250, "few": [None] * 490 + list(range(10))})[
        "id"
    ]
    good = _sketch(api, monitor)
    bins = api.get(f"{MONITORS}{monitor}/sketch/").json()
    assert bins["left_out"].keys() == {"few"}
    counts = good["columns"]["a"]["counts"]
    bad = [
        ("sketch.invalid", "text"),
        ("sketch.invalid", {}),
        ("sketch.invalid", good | {"monitor": "x"}),
        ("monitor.not_found", good | {"monitor": "018f0000-0000-7000-8000-000000000000"}),
        ("sketch.other_bins", good | {"profile": "018f0000-0000-7000-8000-000000000000"}),
        ("sketch.invalid", good | {"rows": -1}),
        ("sketch.invalid", good | {"rows": 51}),
        ("sketch.invalid", good | {"columns": {}}),
        ("sketch.invalid", good | {"columns": {"few": {"counts": [50], "missing": 0}}}),
        ("sketch.invalid", _sketch(api, monitor, a={"counts": counts[1:], "missing": 0})),
        ("sketch.invalid", _sketch(api, monitor, a={"counts": [True, *counts[1:]], "missing": 0})),
        ("sketch.too_fine", _sketch(api, monitor, a={"counts": [2, *counts[1:-1], 48], "missing": 0})),
        ("sketch.too_fine", _sketch(api, monitor, t={"categories": {"x": 47}, "other": 3, "missing": 0})),
        ("sketch.invalid", _sketch(api, monitor, t={"categories": {"z": 50}, "other": 0, "missing": 0})),
    ]
    for code, sketch in bad:
        answer = push(api, sketch)
        assert refused(answer)[1] == code, answer.content
    assert refused(push(api, good, rows=[]))[1] == "sketch.beside_rows"
    assert not FeatureBlock.objects.exists()
    assert not DriftRun.objects.exists()
    assert push(api, good).status_code == 201
    assert (
        refused(push(api, good | {"rows": 50, "columns": {"a": {"counts": None, "missing": 31}}}))[1] == "batch.reused"
    )


def test_the_bins_wait_for_the_profile_and_a_version_has_its_own_monitor() -> None:
    version = a_version()
    api = pipeline()
    stored("orders", {"a": list(range(500))})
    model = {"name": MODEL, "version": version.number}
    body = {"name": "orders", "reference": {"dataset": "orders", "version": 1}, "model": model}
    monitor = api.post(MONITORS, body).json()["id"]
    early = api.get(f"{MONITORS}{monitor}/sketch/")
    assert (early.status_code, early.json()["code"]) == (409, "sketch.not_ready")
    work()
    other = api.post(PREDICTIONS, {"model": MODEL, "version": 7, "batch_id": "b", "sketch": _sketch(api, monitor)})
    assert refused(other)[:2] == (409, "monitor.of_another_version")


@pytest.mark.parametrize("seed", range(6))
def test_edges_miss_no_more_than_they_say_and_tell_of_twenty(seed: int) -> None:
    random = np.random.default_rng(seed)
    size = int(random.integers(40, 120_000))
    kinds = [
        random.normal(0, 1, size),
        np.round(random.normal(0, 3, size)),
        random.integers(0, 5, size),
        np.where(random.random(size) < 0.7, 0.0, random.lognormal(0, 3, size)),
        np.repeat(1.5, size),
    ]
    for values in kinds:
        ordered = np.sort(values)
        bins = bins_of(ordered, 0)
        assert bins is not None
        assert list(bins.edges) == sorted(set(bins.edges))
        assert list(bins.upto) == np.searchsorted(ordered, bins.edges, "right").tolist()
        assert bins.error <= (max(20, size // 4000) + 2 * (FEWEST - 1)) / size + 1e-12
        masses = np.diff([0, *bins.upto, size])
        for place in np.flatnonzero((masses > 0) & (masses < FEWEST)):
            # S4-70: fewer than twenty stand between frequent values alone, which are the edges around them.
            assert not bins.alone[place]
            assert place == 0 or bins.alone[place - 1]
            assert place == len(masses) - 1 or bins.alone[place + 1]
        held = set(ordered.tolist())
        for edge, alone in zip(bins.edges, bins.alone, strict=False):
            if edge in held:
                assert alone or np.count_nonzero(ordered == edge) >= 1
                assert not alone or np.count_nonzero(ordered == edge) >= FEWEST


def test_erasing_a_person_leaves_sketches_which_tell_of_twenty_at_least(tmp_path: Path) -> None:
    """S4-70: the rows lose the person; stored sketches stay byte for byte, none of their bins holds 1 to 19 values."""
    a_version()
    api = pipeline()
    monitor = monitored(api, table(5_000, 0.0, 1))["id"]
    sketch = counted(tmp_path, api, monitor, table(700, 0.5, 2))
    assert push(api, sketch).status_code == 201
    row = {"id": "order-7", "prediction": 1, "subject": "ada@example.org", "features": {"age": 36}}
    body = {"model": MODEL, "version": 1, "batch_id": "rows", "rows": [row]}
    assert api.post(PREDICTIONS, body).status_code == 201
    block = FeatureBlock.objects.get(batch__kind="sketch")
    before = bytes(block.content)
    provider, subject = Predictions(), Subject(email="ada@example.org")
    assert provider.erase(subject, actor=Actor.system("tests")) == 1
    assert provider.find(subject) == 0
    block.refresh_from_db()
    assert bytes(block.content) == before
    kept = sketch_of(block.pk)
    assert kept is not None
    assert kept["rows"] == 700
    for told in kept["columns"].values():
        bins = told["counts"] if "counts" in told else [*(told["categories"] or {}).values(), told["other"]]
        assert any(count for count in bins if count)
        assert all(count in (None, 0) or count >= FEWEST for count in bins)
