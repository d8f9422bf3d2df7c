"""What an expression may call. Each takes one column (or, for numbers, any arithmetic)."""

from __future__ import annotations

# name -> what it takes: "cells" a column whatever it holds, "text" and "number" and "time" what it says.
FUNCTIONS: dict[str, str] = {
    "missing": "cells",
    "finite": "number",
    "infinite": "number",
    "abs": "number",
    "length": "text",
    "lower": "text",
    "trim": "text",
    "reads_as_number": "text",
    "reads_as_date": "text",
    "impossible_day": "text",
    "broken_text": "text",
    "begins_formula": "text",
    "year": "time",
}
