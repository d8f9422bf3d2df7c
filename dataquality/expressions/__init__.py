"""A small, safe language about the columns of a row: rules across columns, and filters that find an issue's rows.

    "amount" > 0 and (missing("sent") or "sent" >= "ordered") and "country" in ('DE', 'FR')

Columns stand in double quotes (or bare, when they are plain words), texts and days in single quotes. There are
no attributes, no calls but those of `functions.py`, no loops: an expression ends, in time linear in the rows.
"""

from .evaluate import truth
from .parse import Expression, parse

__all__ = ["Expression", "parse", "truth"]
