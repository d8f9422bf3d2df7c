"""Rules that people write, one file per kind; importing the package registers them all."""

from . import (  # noqa: F401
    complete_rows,
    expression,
    fences,
    freshness,
    in_range,
    in_set,
    pattern,
    present,
    reads_as,
    reference,
    robust_z,
    same_columns,
    text_length,
    unique,
    varies,
    volume,
)
from .base import Param, Rule, RuleFacts, Verdict, rules

__all__ = ["Param", "Rule", "RuleFacts", "Verdict", "rules"]
