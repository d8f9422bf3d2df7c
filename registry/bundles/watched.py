"""What the database watches of imported bundles."""

from compliance.audit.watching import watch

watch(
    "bundles.ImportedBundle",
    "version",
    "model",
    "manifest_sha256",
    "key",
    masked=["history"],
    recorded_about=["registry.modelversion", "registry.registeredmodel"],
)
