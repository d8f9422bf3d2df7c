"""What the checks count is what a plain reading with pandas counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dataquality.tables import counts, report

ROWS = 12


def cells(values: st.SearchStrategy) -> st.SearchStrategy[list]:
    return st.lists(st.none() | values, min_size=ROWS, max_size=ROWS)


NUMBERS = cells(st.floats(-1e6, 1e6) | st.sampled_from([0.0, -0.0, float("nan"), float("inf")]))
INTEGERS = cells(st.integers(-3, 3) | st.integers(-(2**62), 2**62))
TEXTS = cells(st.sampled_from(["a", "A", "b", "", "  ", "7"]))


@settings(max_examples=100, deadline=None)
@given(NUMBERS, INTEGERS, TEXTS)
def test_missing_and_duplicates_and_outliers_agree(numbers: list, integers: list, texts: list) -> None:
    columns = {
        "number": pa.array(numbers, pa.float64()),
        "integer": pa.array(integers, pa.int64()),
        "text": pa.array(texts, pa.string()),
    }
    found = counts(report(**columns))
    frame = pd.DataFrame(
        {
            "number": pd.Series([np.nan if value is None else value for value in numbers], dtype="float64"),
            "integer": pd.Series(integers, dtype="Int64"),
            "text": pd.Series(texts, dtype="object"),
        }
    )
    missing = {
        "number": int(frame["number"].isna().sum()),
        "integer": int(frame["integer"].isna().sum()),
        "text": int((frame["text"].isna() | (frame["text"].str.strip() == "")).sum()),
    }
    for name, count in missing.items():
        assert found.get(("missing", name), 0) == count
    assert found.get(("duplicate_rows", None), 0) == int(frame.duplicated().sum())
    finite = frame["number"][np.isfinite(frame["number"])]
    if len(finite) >= 8:
        low, high = finite.quantile(0.25), finite.quantile(0.75)
        if high > low:
            spread = high - low
            outside = int(((finite < low - 1.5 * spread) | (finite > high + 1.5 * spread)).sum())
            assert found.get(("outlier", "number"), 0) == outside
    for name in frame:
        present = frame[name].dropna()
        if name == "text":
            present = present[present.str.strip() != ""]
        is_constant = len(present) >= 2 and present.nunique() == 1
        assert (("constant", name) in found) == is_constant
