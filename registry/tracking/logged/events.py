"""What the ledger records about logged models: ids and counts, never a value."""

from compliance.audit import define

MODEL_LOGGED = define(
    "tracking.model.logged", "began to log the model {model} with {parameters} parameters", "model", "parameters",
    category="model", ocsf="entity.create",
)  # fmt: skip
MODEL_CHANGED = define(
    "tracking.model.changed", "changed {what} of the logged model {model}", "model", "what",
    category="model", ocsf="entity.update",
)  # fmt: skip
MODEL_DELETED = define(
    "tracking.model.deleted", "deleted the logged model {model}", "model",
    category="model", ocsf="entity.delete",
)  # fmt: skip
MODEL_VIEWED = define(
    "tracking.model.viewed", "looked at the logged model {model} with its parameters", "model",
    category="model", ocsf="entity.read",
)  # fmt: skip
MODELS_SEARCHED = define(
    "tracking.models.searched", "searched logged models: {found} were shown with their parameters", "found",
    category="model", ocsf="entity.read",
)  # fmt: skip
