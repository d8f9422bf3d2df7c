"""What the database watches of labels."""

from compliance.audit.watching import watch

watch("labels.ModelLabels", "model", "is_prompt", masked=["tags"], recorded_about=["registry.registeredmodel"])
watch(
    "labels.VersionLabels",
    "version", "is_archived", "run_id", "logged_model_id",
    masked=["tags", "source"],
    recorded_about=["registry.modelversion"],
)  # fmt: skip
