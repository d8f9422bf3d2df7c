"""The quick look at first and last bytes classes texts as the patterns do, whatever the texts."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from dataquality.forms_of_text import is_broken, is_in_calendar, reads_as_date, reads_as_number
from dataquality.profiling.text_classes import BLANK, BROKEN, DATE, FORMULA, NO_DAY, NUMBER, classes_of

PIECES = [
    "1", "2", "-", ".", "+", "e", " ", "\t", "a", "T", "=", "@", "2013-02-30", "2013-01-01", "\u00a0", "\u3000",
    "\ufffd", "\x00", "é", "",
]  # fmt: skip


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_classes_are_those_of_the_patterns(kind: pa.DataType) -> None:
    chance = random.Random(2013)  # noqa: S311
    made = ["".join(chance.choice(PIECES) for _ in range(chance.randrange(4))) for _ in range(8000)]
    told = pa.array([None if chance.random() < 0.05 else text for text in made], kind)
    for texts in (told, told.slice(37, 900), pa.array(["", None], kind), pa.array([], kind)):
        found, plain = classes_of(texts), texts.fill_null("")
        values = plain.to_pylist()
        blank = np.array([not text.strip() for text in values], dtype=bool)
        expected = {
            NUMBER: reads_as_number(plain),
            DATE: reads_as_date(plain),
            NO_DAY: reads_as_date(plain) & ~is_in_calendar(plain),
            BROKEN: is_broken(plain),
            FORMULA: np.array([text[:1] in ("=", "@") and bool(text) for text in values], dtype=bool),
        }
        assert ((found & BLANK != 0) == blank).all()
        for bit, mask in expected.items():
            assert ((found & bit != 0) == (mask & ~blank)).all(), bit
