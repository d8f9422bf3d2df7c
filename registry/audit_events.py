"""What the ledger records about models, datasets and their files."""

from compliance.audit import define

from .deletion import events as _deletion  # noqa: F401  declares its own

MODEL_REGISTERED = define(
    "registry.model.registered", "registered model {name}", "name", category="model", ocsf="entity.create"
)
MODEL_RENAMED = define(
    "registry.model.renamed", "gave the model {before} the name {name}", "name", "before",
    category="model", ocsf="entity.update",
)  # fmt: skip
VERSION_ADDED = define(
    "registry.version.added",
    "added version {version} of model {name} ({format}, {size} bytes, {state})",
    "name", "version", "format", "size", "state", "sha256", "key_version",
    category="model", ocsf="file_hosting.upload",
)  # fmt: skip
DATASET_CREATED = define(
    "registry.dataset.created", "created dataset {name}", "name", category="data", ocsf="entity.create"
)
DATASET_VERSION_ADDED = define(
    "registry.dataset_version.added",
    "added version {version} of dataset {name} ({rows} rows, {columns} columns)",
    "name", "version", "rows", "columns", "format", "size", "sha256", "key_version",
    category="data", ocsf="file_hosting.upload",
)  # fmt: skip
SEALED_UPLOAD_OPENED = define(
    "registry.sealed_upload.opened",
    "sent {files} files of {name} version {version} sealed for the recipient key {recipient}",
    "name", "version", "files", "recipient",
    category="security", ocsf="file_hosting.upload",
)  # fmt: skip
ARTIFACT_DOWNLOAD_STARTED = define(
    "registry.artifact.download_started",
    "asked for the decrypted file of {name} version {version} ({part})",
    "name", "version", "sha256", "part",
    category="security", ocsf="file_hosting.open",
)  # fmt: skip
ARTIFACT_DOWNLOADED = define(
    "registry.artifact.downloaded",
    "was sent {sent} of {size} bytes of {name} version {version} ({part}): {result}",
    "name", "version", "sha256", "part", "sent", "size", "verified", "result",
    category="security", ocsf="file_hosting.download",
)  # fmt: skip
ARTIFACT_VERIFIED = define(
    "registry.artifact.verified",
    "verified the stored file of {name} version {version}: {result}",
    "name", "version", "result", "segment", "duration_s", "tool",
    category="security", ocsf="scan.completed",
)  # fmt: skip
ARTIFACT_OPENED = define(
    "registry.artifact.opened",
    "opened a sealed file of {size} bytes on the command line (SHA-256 {sha256})",
    "sha256", "size",
    category="security", ocsf="file_hosting.open",
)  # fmt: skip
PARAMETERS_READ = define(
    "registry.parameters.read",
    "read the decrypted parameters of {name} version {version}",
    "name", "version",
    category="security", ocsf="datastore.decrypt",
)  # fmt: skip
METRIC_CHOSEN = define(
    "registry.model.metric_chosen",
    "ranked the versions of {name} by {metric} ({direction})",
    "name", "metric", "direction",
    category="model", ocsf="entity.update",
)  # fmt: skip
DESCRIBED = define(
    "registry.description.changed", "changed the description of {name}", "name", category="model", ocsf="entity.update"
)

MODEL_CLASSIFIED = define(
    "registry.model.classified",
    "changed the risk class of {name} from {before} to {risk_class}",
    "name", "risk_class", "before",
    category="model", ocsf="entity.update",
)  # fmt: skip
PURPOSE_CHANGED = define(
    "registry.model.purpose_changed",
    "changed the purpose of {name}",
    "name",
    category="model", ocsf="entity.update",
)  # fmt: skip
FILTER_SAVED = define(
    "registry.filter.saved", "kept a filter of the list of {listed}", "listed", category="model", ocsf="entity.create"
)
FILTER_REMOVED = define(
    "registry.filter.removed",
    "removed a kept filter of the list of {listed}",
    "listed",
    category="model", ocsf="entity.delete",
)  # fmt: skip

# Reading. ``part`` says what of the object was shown: its page, its facts, its files, where it lies.
MODEL_VIEWED = define(
    "registry.model.viewed",
    "looked at model {name} ({part})",
    "name", "part",
    category="model", ocsf="entity.read",
)  # fmt: skip
VERSION_VIEWED = define(
    "registry.version.viewed",
    "looked at version {version} of model {name} ({part})",
    "name", "version", "part",
    category="model", ocsf="entity.read",
)  # fmt: skip
VERSIONS_COMPARED = define(
    "registry.model.compared",
    "compared versions {versions} of model {name}",
    "name", "versions",
    category="model", ocsf="entity.read",
)  # fmt: skip
DATASET_VIEWED = define(
    "registry.dataset.viewed",
    "looked at dataset {name} ({part})",
    "name", "part",
    category="data", ocsf="entity.read",
)  # fmt: skip
DATASET_VERSION_VIEWED = define(
    "registry.dataset_version.viewed",
    "looked at version {version} of dataset {name} ({part})",
    "name", "version", "part",
    category="data", ocsf="entity.read",
)  # fmt: skip
