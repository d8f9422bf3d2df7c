"""Models of data quality: runs, their issues, and suites of rules."""

from .issue import QualityIssue
from .run import QualityRun, RunState
from .suite import RuleSnooze, RuleSuite, RuleSuiteVersion

__all__ = ["QualityIssue", "QualityRun", "RuleSnooze", "RuleSuite", "RuleSuiteVersion", "RunState"]
