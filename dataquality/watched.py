"""What the database watches of data quality."""

from compliance.audit.watching import exempt

exempt(
    "Results: triggers refuse every change of a finished run; its beginning and end have events.",
    "dataquality.QualityRun",
    "dataquality.QualityIssue",
)
