"""Models of data quality: runs, their issues, suites of rules, what was accepted and what is suggested."""

from .acceptance import AcceptedIssue
from .issue import QualityIssue
from .profile import RunProfile
from .run import QualityRun, RunState
from .suggestion import RuleSuggestion
from .suite import RuleSnooze, RuleSuite, RuleSuiteVersion

__all__ = [
    "AcceptedIssue",
    "QualityIssue",
    "QualityRun",
    "RuleSnooze",
    "RuleSuggestion",
    "RuleSuite",
    "RuleSuiteVersion",
    "RunProfile",
    "RunState",
]
