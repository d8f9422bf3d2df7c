"""What the database watches of experiments and runs."""

from compliance.audit.watching import exempt, watch

watch("tracking.Experiment", "number", "deleted_at", masked=["name", "tags"])
# Not their tags: an erasure takes a person's name out of them, which the request tells.
watch(
    "tracking.Run", "experiment", "status", "deleted_at", masked=["parameters", "name"],
    recorded_about=["keys.rotation"],
)  # fmt: skip
watch(
    "tracking.LoggedModel", "experiment", "status", "deleted_at", masked=["parameters", "name"],
    recorded_about=["keys.rotation"],
)  # fmt: skip
exempt(
    "Figures and links of a run, thousands of them: the row of the call that brought them counts them.",
    "tracking.Metric",
    "tracking.LatestMetric",
    "tracking.DatasetInput",
    "tracking.ModelOutput",
)
exempt(
    "Written by each upload, which has its own row with the digest; the stored bytes are sealed and verified.",
    "tracking.TrackedFile",
    "tracking.RegisteredFolder",
)
