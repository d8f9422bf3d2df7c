"""The committed demo files are what their scripts say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

DEMO = Path(__file__).parents[2] / "demo"
FILES = {"flights-2013-01.parquet": (1, 27_004), "flights-2013-07.parquet": (7, 29_425)}
LIMIT = 2_000_000


def tensors(path: Path) -> dict[str, np.ndarray]:
    """Read a safetensors file by its published layout: length, JSON header, raw little-endian data."""
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    body = raw[8 + length :]
    found = {}
    for name, entry in header.items():
        if name != "__metadata__":
            assert entry["dtype"] == "F64"
            begin, end = entry["data_offsets"]
            found[name] = np.frombuffer(body[begin:end], dtype="<f8").reshape(entry["shape"])
    return found


def test_the_two_months_fit_in_two_megabytes() -> None:
    assert sum((DEMO / name).stat().st_size for name in FILES) <= LIMIT


@pytest.mark.parametrize("name", FILES)
def test_each_file_holds_the_flights_of_its_month(name: str) -> None:
    month, rows = FILES[name]
    table = pq.read_table(DEMO / name)
    assert table.num_rows == rows
    assert "__index_level_0__" not in table.column_names
    in_new_york = pc.cast(table["time_hour"], pa.timestamp("s", tz="America/New_York"))
    local = pc.local_timestamp(in_new_york)
    assert set(pc.unique(pc.month(local)).to_pylist()) == {month}
    assert set(pc.unique(pc.cast(table["origin"], "string")).to_pylist()) == {"EWR", "JFK", "LGA"}


def test_the_model_card_tells_what_the_weights_do_on_july() -> None:
    card = json.loads((DEMO / "arrival-delay.json").read_text(encoding="utf-8"))
    model = tensors(DEMO / "arrival-delay.safetensors")
    assert model["weights"].shape == (len(card["features"]),)
    table = pq.read_table(DEMO / "flights-2013-07.parquet")
    needed = ["distance", "hour", "temp", "humid", "wind_speed", "precip", "visib"]
    table = table.select([*needed, "origin", "carrier", "arr_delay"]).drop_null()
    numbers = np.column_stack([pc.cast(table[name], "float64").to_numpy() for name in needed])
    numbers = (numbers - model["numeric_mean"]) / model["numeric_scale"]
    values = {"constant": np.ones(len(numbers))} | dict(zip(needed, numbers.T, strict=True))
    values["hour_squared"] = values["hour"] ** 2
    x = np.column_stack([_feature(table, values, name) for name in card["features"]])
    probability = 1 / (1 + np.exp(-(x @ model["weights"])))
    late = pc.cast(table["arr_delay"], "float64").to_numpy() > 15
    assert card["metrics"]["july.rows"] == len(late)
    assert card["metrics"]["july.brier"] == pytest.approx(np.mean((probability - late) ** 2), abs=5e-5)
    assert card["metrics"]["july.late_share"] == pytest.approx(late.mean(), abs=5e-5)
    assert card["metrics"]["july.brier"] > card["metrics"]["held_out.brier"]
    assert card["metrics"]["july.auc"] < card["metrics"]["held_out.auc"]


def _feature(table: pa.Table, values: dict[str, np.ndarray], name: str) -> np.ndarray:
    column, _, value = name.partition("=")
    if not value:
        return values[name]
    return (pc.cast(table[column], "string").to_numpy(zero_copy_only=False) == value).astype(float)


def test_the_model_card_says_what_its_risk_class_asks_for() -> None:
    """S2-76: so that the demo's model can be promoted; its figures are those of the weights."""
    from registry.cards.contents import checked_content
    from registry.cards.fields import required_fields

    said = json.loads((DEMO / "arrival-delay-card.json").read_text(encoding="utf-8"))
    content = checked_content(said["fields"])
    assert [field.key for field in required_fields(said["risk_class"]) if not content.get(field.key)] == []
    metrics = json.loads((DEMO / "arrival-delay.json").read_text(encoding="utf-8"))["metrics"]
    groups = {"January, held out": "held_out", "July": "july"}
    for row in content["metrics_by_group"]:
        assert row["value"] == metrics[f"{groups[row['group']]}.{row['metric']}"]
