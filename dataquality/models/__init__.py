"""Models of data quality: runs and their issues."""

from .issue import QualityIssue
from .run import QualityRun, RunState

__all__ = ["QualityIssue", "QualityRun", "RunState"]
