"""What the ledger records about models, datasets and their files."""

from compliance.audit import define

MODEL_REGISTERED = define("registry.model.registered", "registered model {name}", "name", category="model")
VERSION_ADDED = define(
    "registry.version.added",
    "added version {version} of model {name} ({format}, {size} bytes, {state})",
    "name", "version", "format", "size", "state", "sha256", "key_version",
    category="model",
)  # fmt: skip
DATASET_CREATED = define("registry.dataset.created", "created dataset {name}", "name", category="data")
DATASET_VERSION_ADDED = define(
    "registry.dataset_version.added",
    "added version {version} of dataset {name} ({rows} rows, {columns} columns)",
    "name", "version", "rows", "columns", "format", "size", "sha256", "key_version",
    category="data",
)  # fmt: skip
ARTIFACT_DOWNLOADED = define(
    "registry.artifact.downloaded",
    "asked for the decrypted file of {name} version {version}",
    "name", "version", "sha256",
    category="security",
)  # fmt: skip
ARTIFACT_VERIFIED = define(
    "registry.artifact.verified",
    "verified the stored file of {name} version {version}: {result}",
    "name", "version", "result",
    category="security",
)  # fmt: skip
PARAMETERS_READ = define(
    "registry.parameters.read",
    "read the decrypted parameters of {name} version {version}",
    "name", "version",
    category="security",
)  # fmt: skip
