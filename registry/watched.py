"""What the database watches of models and datasets."""

from compliance.audit.watching import exempt, watch

watch(
    "registry.RegisteredModel",
    "name",
    "owner",
    "is_restricted",
    "needs_step_up",
    "min_replicas",
    "primary_metric",
    "risk_class",
    "deleted_at",
    "purge_after",
    masked=["access_code_hash"],
)
watch("registry.RegisteredModel.replicate_to", "registeredmodel", "storagelocation")
watch("registry.ModelVersion", "model", "number", "state", "artifact", "deleted_at", "purge_after", masked=["tags"])
watch("registry.ModelVersionDataset", "model_version", "dataset_version")
watch("registry.ModelVersionFile", "version", "path", "artifact", recorded_about=["registry.registeredmodel"])
watch("registry.Dataset", "name", "owner", "is_restricted", "deleted_at", "purge_after")
watch("registry.DatasetVersion", "dataset", "number", "artifact", "deleted_at", "purge_after")
exempt(
    "Facts about stored bytes that anybody can check against the file; each check that fails has an event.",
    "registry.Artifact",
    "registry.ArtifactCopy",
)
exempt("A person's own shortcut to a list, which shows nothing that the list does not.", "registry.SavedFilter")
exempt("Written with the deletion of the object, which has an event.", "registry.RetiredName")
