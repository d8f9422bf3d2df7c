"""Quality of a pandas DataFrame, in the process that holds it: the same checks, rules and score as in the portal.

report = validate_dataset(frame, suite=Path("suite.yaml").read_text())
report.score.total, [outcome for outcome in report.outcomes if not outcome.passed]
"""

from __future__ import annotations

from typing import Any

from .engine import Report, examine
from .profiling.tables import frame_table
from .suite_text import load
from .suites import read_suite


def validate_dataset(frame: Any, suite: str | None = None) -> Report:
    """Examine ``frame`` against the rules of a suite in YAML or JSON text. Raises Invalid."""
    return examine(frame_table(frame), suite=None if suite is None else read_suite(load(suite)))
