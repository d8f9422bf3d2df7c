"""What the database watches of data quality."""

from compliance.audit.watching import exempt, watch

exempt(
    "Results: triggers refuse every change of a finished run; its beginning and end have events.",
    "dataquality.QualityRun",
    "dataquality.QualityIssue",
    "dataquality.RuleSuggestion",
    "dataquality.RunProfile",
)
# Changes of a suite have their rows about the suite itself.
watch("dataquality.RuleSuite", "dataset", "name")
watch("dataquality.RuleSuiteVersion", "suite", "number", "digest", recorded_about=["dataquality.rulesuite"])
watch("dataquality.RuleSnooze", "suite", "rule", "until", recorded_about=["dataquality.rulesuite"])
watch(
    "dataquality.AcceptedIssue", "dataset", "rule", "name", "column", "until", recorded_about=["dataquality.qualityrun"]
)
