"""How long quality results are kept."""

from compliance.retention import keep

keep(
    "dataquality.runs",
    "Quality runs and their issues",
    "Kept: the history that later runs are compared with.",
    "dataquality.QualityRun",
    "dataquality.QualityIssue",
    "dataquality.RuleSuggestion",
    "dataquality.RunProfile",
)
keep(
    "dataquality.suites",
    "Rule suites, their versions and snoozes, and findings that were accepted",
    "Kept with their dataset: a score is only understood with the rules that it was made by.",
    "dataquality.RuleSuite",
    "dataquality.RuleSuiteVersion",
    "dataquality.RuleSnooze",
    "dataquality.AcceptedIssue",
)
