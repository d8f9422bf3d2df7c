"""Changes of logged models. Their files come through `registry.tracking.files`."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid, NotFound
from registry.services.ownership import account_id
from registry.tracking.files.closed import closed_folders
from registry.tracking.models import Experiment, LoggedModel, LoggedModelStatus, Run

from .events import MODEL_CHANGED, MODEL_DELETED, MODEL_LOGGED

MOST_TAGS = 1000
MOST_PARAMETERS = 2000


@transaction.atomic
def log_model(
    experiment: Experiment,
    *,
    name: str = "",
    source_run: Run | None = None,
    model_type: str = "",
    tags: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
    actor: Actor,
) -> LoggedModel:
    """A logged model that waits for its files. Raises Invalid for a deleted experiment or too many values."""
    if experiment.deleted_at is not None:
        raise Invalid(
            f"The experiment {experiment.experiment_id} is deleted. Restore it, or log to another one.",
            code="experiment.deleted",
            field="experiment_id",
        )
    model = LoggedModel(
        experiment=experiment,
        source_run=source_run,
        name=name,
        model_type=model_type,
        tags=_bounded({}, tags or {}, MOST_TAGS, "tags"),
        parameters=_bounded({}, parameters or {}, MOST_PARAMETERS, "parameters") or None,
        created_by_id=account_id(actor),
    )
    if not model.name:
        model.name = f"model-{model.pk.hex[-8:]}"
    model.save(force_insert=True)
    record(MODEL_LOGGED, model, actor=actor, model=model.model_id, parameters=len(parameters or {}))
    return model


def finish(model: LoggedModel, status: LoggedModelStatus, *, actor: Actor) -> LoggedModel:
    """Say whether all files of the model have come."""
    with transaction.atomic():
        row = _locked(model)
        row.status = status
        return _changed(row, "the status", "status", actor=actor)


def add_parameters(model: LoggedModel, parameters: Mapping[str, str], *, actor: Actor) -> LoggedModel:
    """Add parameters; one that is known keeps its value. Raises Invalid for another value, and for too many."""
    with transaction.atomic():
        row = _locked(model)
        known = row.parameters or {}
        for key, value in parameters.items():
            if known.get(key, value) != value:
                raise Invalid(
                    f"Changing param values is not allowed. Param with key='{key}' was already logged with "
                    f"value='{known[key]}' for model ID='{row.model_id}'. Attempted logging new value '{value}'.",
                    code="parameter.fixed",
                    field="params",
                )
        row.parameters = _bounded(known, parameters, MOST_PARAMETERS, "parameters")
        return _changed(row, f"{len(parameters)} parameters", "parameters", actor=actor)


def set_tags(model: LoggedModel, tags: Mapping[str, str], *, actor: Actor) -> LoggedModel:
    """Set tags, in place of those of the same keys."""
    with transaction.atomic():
        row = _locked(model)
        row.tags = _bounded(row.tags, tags, MOST_TAGS, "tags")
        return _changed(row, f"{len(tags)} tags", "tags", actor=actor)


def delete_tag(model: LoggedModel, key: str, *, actor: Actor) -> LoggedModel:
    """Remove a tag. Raises NotFound for one that is not there."""
    with transaction.atomic():
        row = _locked(model)
        if key not in row.tags:
            raise NotFound(
                f"No tag with key {key[:250]!r} for model with ID {row.model_id!r}. See its tags.", code="tag.not_found"
            )
        row.tags = {name: value for name, value in row.tags.items() if name != key}
        return _changed(row, "1 tag", "tags", actor=actor)


def delete(model: LoggedModel, *, actor: Actor) -> None:
    """Hide a logged model. Its files stay until the purge; one that a version was made of stays.

    Raises Conflict for the latter.
    """
    with transaction.atomic():
        row = _locked(model)
        if used := closed_folders(row):
            raise Conflict(
                f"{used[0].version} was made of the logged model {row.model_id}, and where a version comes from stays "
                "provable. Delete the version first.",
                code="logged_model.registered",
            )
        row.deleted_at = row.changed_at = timezone.now()
        row.save(update_fields=["deleted_at", "changed_at"])
        record(MODEL_DELETED, row, actor=actor, model=row.model_id)


def _locked(model: LoggedModel) -> LoggedModel:
    row: LoggedModel | None = (
        LoggedModel.objects.alive()
        .select_for_update(of=("self",))
        .select_related("experiment", "source_run")
        .filter(pk=model.pk)
        .first()
    )
    if row is None:
        raise NotFound(f"Logged model with ID '{model.model_id}' not found.", code="logged_model.not_found")
    return row


def _changed(row: LoggedModel, what: str, *fields: str, actor: Actor) -> LoggedModel:
    row.changed_at = timezone.now()
    row.save(update_fields=[*fields, "changed_at"])
    record(MODEL_CHANGED, row, actor=actor, model=row.model_id, what=what)
    return row


def _bounded(known: Mapping[str, Any], more: Mapping[str, Any], most: int, what: str) -> dict[str, Any]:
    together = {**known, **more}
    if len(together) > most:
        raise Invalid(f"A logged model has at most {most:,} {what}.", code="logged_model.too_many", field=what)
    return together
