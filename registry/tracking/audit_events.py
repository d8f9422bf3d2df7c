"""What the ledger records about experiments, runs and logged models: ids and counts, never a value."""

from compliance.audit import define

from .files import events as _files  # noqa: F401  declares its own
from .logged import events as _logged  # noqa: F401  declares its own

EXPERIMENT_CREATED = define(
    "tracking.experiment.created", "made the experiment {experiment}", "experiment",
    category="model", ocsf="entity.create",
)  # fmt: skip
EXPERIMENT_CHANGED = define(
    "tracking.experiment.changed", "changed {what} of the experiment {experiment}", "experiment", "what",
    category="model", ocsf="entity.update",
)  # fmt: skip
EXPERIMENT_DELETED = define(
    "tracking.experiment.deleted", "deleted the experiment {experiment} with {runs} runs", "experiment", "runs",
    category="model", ocsf="entity.delete",
)  # fmt: skip
EXPERIMENT_RESTORED = define(
    "tracking.experiment.restored", "restored the experiment {experiment} with {runs} runs", "experiment", "runs",
    category="model", ocsf="entity.update",
)  # fmt: skip
EXPERIMENT_PURGED = define(
    "tracking.experiment.purged", "removed the deleted experiment {experiment} for good", "experiment",
    category="model", ocsf="entity.delete",
)  # fmt: skip
EXPERIMENTS_SEARCHED = define(
    "tracking.experiments.searched", "searched experiments: {found} were shown", "found",
    category="model", ocsf="entity.read",
)  # fmt: skip
EXPERIMENT_VIEWED = define(
    "tracking.experiment.viewed", "looked at the experiment {experiment}", "experiment",
    category="model", ocsf="entity.read",
)  # fmt: skip
RUN_STARTED = define(
    "tracking.run.started", "started the run {run} of experiment {experiment}", "run", "experiment",
    category="model", ocsf="entity.create",
)  # fmt: skip
RUN_LOGGED = define(
    "tracking.run.logged",
    "logged {metrics} metrics, {parameters} parameters, {tags} tags, {inputs} inputs and {outputs} models to {run}",
    "run", "metrics", "parameters", "tags", "inputs", "outputs",
    category="model", ocsf="entity.update",
)  # fmt: skip
RUN_CHANGED = define(
    "tracking.run.changed", "changed {what} of the run {run}", "run", "what",
    category="model", ocsf="entity.update",
)  # fmt: skip
RUN_DELETED = define(
    "tracking.run.deleted", "deleted the run {run}", "run",
    category="model", ocsf="entity.delete",
)  # fmt: skip
RUN_RESTORED = define(
    "tracking.run.restored", "restored the run {run}", "run",
    category="model", ocsf="entity.update",
)  # fmt: skip
RUN_PURGED = define(
    "tracking.run.purged", "removed the deleted run {run} for good, with {metrics} values of metrics", "run", "metrics",
    category="model", ocsf="entity.delete",
)  # fmt: skip
LOGGED_MODEL_PURGED = define(
    "tracking.model.purged", "removed the deleted logged model {model} for good", "model",
    category="model", ocsf="entity.delete",
)  # fmt: skip
RUN_VIEWED = define(
    "tracking.run.viewed", "looked at the run {run} with its parameters", "run",
    category="model", ocsf="entity.read",
)  # fmt: skip
RUNS_SEARCHED = define(
    "tracking.runs.searched", "searched runs: {found} were shown with their parameters", "found",
    category="model", ocsf="entity.read",
)  # fmt: skip
