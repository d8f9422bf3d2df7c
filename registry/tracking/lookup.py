"""Experiments, runs and logged models by the ids that MLflow's client knows them by."""

import re
import uuid
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from compliance.audit import Actor, record
from modelops.lib.errors import Invalid, NotFound
from modelops.lib.fixed_queries import FixedQuery

from .audit_events import EXPERIMENT_CREATED
from .models import DEFAULT_NUMBER, Experiment, LoggedModel, Run

_HEX: Final = re.compile(r"[0-9a-f]{32}")
DEFAULT_NAME: Final = "Default"


def experiment_of(user: Any, experiment_id: str) -> Experiment:
    """The experiment of that number, deleted or not. Raises Invalid and NotFound."""
    if not re.fullmatch(r"[0-9]{1,18}", experiment_id):
        raise Invalid(f"Invalid experiment id {experiment_id[:100]!r}: it is a whole number.", code="experiment.bad_id")
    if int(experiment_id) == DEFAULT_NUMBER:
        ensure_default()
    row = Experiment.objects.visible_to(user).filter(number=int(experiment_id)).first()
    if row is None:
        raise NotFound(f"No Experiment with id={experiment_id} exists", code="experiment.not_found")
    return row


def experiment_named(user: Any, name: str) -> Experiment:
    """The experiment of that name, deleted or not. Raises NotFound."""
    if name == DEFAULT_NAME:
        ensure_default()
    row = Experiment.objects.visible_to(user).filter(name=name).first()
    if row is None:
        raise NotFound(f"Could not find experiment with name '{name}'", code="experiment.not_found")
    return row


@FixedQuery
def _run(user: Any, with_parameters: bool, *, pk: uuid.UUID) -> "QuerySet[Run]":
    rows = Run.objects.visible_to(user).select_related("experiment", "created_by").filter(pk=pk).order_by()
    return rows.defer(None) if with_parameters else rows  # type: ignore[no-any-return]


def run_of(user: Any, run_id: str, *, with_parameters: bool = False) -> Run:
    """The run with its experiment, deleted or not. Raises NotFound."""
    row = _run.first(user, with_parameters, pk=uuid.UUID(run_id)) if _HEX.fullmatch(run_id) else None
    if row is None:
        raise NotFound(f"Run with id={run_id} not found", code="run.not_found")
    found: Run = row
    return found


def logged_model_of(user: Any, model_id: str) -> LoggedModel:
    """The logged model of that id. Raises NotFound."""
    key = model_id.removeprefix("m-")
    rows = LoggedModel.objects.visible_to(user).alive().select_related("experiment", "source_run")
    row = rows.filter(pk=uuid.UUID(key)).first() if _HEX.fullmatch(key) and model_id.startswith("m-") else None
    if row is None:
        raise NotFound(f"Logged model with ID '{model_id}' not found.", code="logged_model.not_found")
    return row


def ensure_default() -> None:
    """Make the experiment of runs that name none, if it is not there yet."""
    if Experiment.objects.filter(number=DEFAULT_NUMBER).exists():
        return
    try:
        with transaction.atomic():
            row = Experiment.objects.create(number=DEFAULT_NUMBER, name=DEFAULT_NAME)
            record(EXPERIMENT_CREATED, row, actor=Actor.system("tracking"), experiment=row.experiment_id)
    except IntegrityError:
        pass  # somebody else made it at the same time
