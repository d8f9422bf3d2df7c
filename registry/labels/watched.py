"""What the database watches of labels."""

from compliance.audit.watching import watch

watch("labels.ModelLabels", "model", "tags", "is_prompt", recorded_about=["registry.registeredmodel"])
watch(
    "labels.VersionLabels",
    "version", "tags", "is_archived", "source", "run_id", "logged_model_id",
    recorded_about=["registry.modelversion"],
)  # fmt: skip
