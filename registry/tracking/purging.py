"""Deleted runs, logged models and experiments whose time to be restored is over: they go for good, with their figures.

What a version was made of or trained in stays, for as long as that version does: it must stay provable.
"""

import datetime as dt
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import CharField, Exists, Max, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Replace
from django.utils import timezone

from compliance.audit import Actor, record
from registry.labels.models import VersionLabels
from registry.models import ModelVersion

from .audit_events import EXPERIMENT_PURGED, LOGGED_MODEL_PURGED, RUN_PURGED
from .files.purging import purge_files
from .models import Experiment, LoggedModel, Metric, RegisteredFolder, Run

Row = LoggedModel | Run | Experiment
_AT_A_TIME: Final = 200
# A value that a run measured stays with the run when the model that it is about goes. Where the run has the same value
# without a model, one of the two is enough.
_DETACH: Final = """
UPDATE tracking_metric one SET logged_model_id = NULL
WHERE one.logged_model_id = %s AND NOT EXISTS (
    SELECT 1 FROM tracking_metric other
    WHERE other.run_id = one.run_id AND other.key = one.key AND other.measured_ms = one.measured_ms
      AND other.step = one.step AND other.value = one.value AND other.logged_model_id IS NULL
      AND other.dataset_name = one.dataset_name AND other.dataset_digest = one.dataset_digest)
"""


def count_due() -> int:
    """How many rows `purge_due` would remove now; what these alone keep comes with the next."""
    return sum(rows.count() for rows in _due())


def purge_due(*, actor: Actor) -> int:
    """Remove them, models before runs before experiments. Safe to run twice and to be killed anywhere."""
    purged = 0
    for rows in _due():
        for key in list(rows.order_by("pk").values_list("pk", flat=True)[:_AT_A_TIME]):
            with transaction.atomic():
                # Asked for again under its lock: somebody may have restored it, or registered it before it was deleted.
                row: Any = rows.filter(pk=key).select_for_update(of=("self",)).first()
                if row is not None:
                    _remove(row, actor)
                    purged += 1
    return purged


def _due() -> "list[QuerySet[Any]]":
    before = timezone.now() - dt.timedelta(days=settings.MODELOPS_DELETED_KEPT_DAYS)
    over = Q(deleted_at__lte=before)
    hex_of_it = Replace(Cast(OuterRef("pk"), CharField()), Value("-"), Value(""))
    models = LoggedModel.objects.filter(over | Q(experiment__deleted_at__lte=before)).exclude(
        Exists(RegisteredFolder.objects.filter(logged_model=OuterRef("pk")))
        | Exists(VersionLabels.objects.filter(logged_model_id=Concat(Value("m-"), hex_of_it)))
    )
    runs = Run.objects.filter(over).exclude(
        Exists(RegisteredFolder.objects.filter(run=OuterRef("pk")))
        | Exists(ModelVersion._base_manager.filter(run_reference=hex_of_it))
        | Exists(LoggedModel.objects.filter(source_run=OuterRef("pk")))
    )
    # The ledger calls an experiment by its number. The next one gets the highest plus one, so the highest stays.
    last = Experiment.objects.aggregate(last=Max("number"))["last"] or 0
    experiments = Experiment.objects.filter(over, number__lt=last).exclude(
        Exists(Run.objects.filter(experiment=OuterRef("pk")))
        | Exists(LoggedModel.objects.filter(experiment=OuterRef("pk")))
    )
    return [models, runs, experiments]


def _remove(row: Row, actor: Actor) -> None:
    target = (row._meta.label_lower, str(row.pk))
    if isinstance(row, Experiment):
        record(EXPERIMENT_PURGED, target, actor=actor, experiment=row.experiment_id)
    else:
        purge_files(row, actor=actor)
        if isinstance(row, Run):
            measured = Metric.objects.filter(run=row).count()
            record(RUN_PURGED, target, actor=actor, run=row.run_id, metrics=measured)
        else:
            with connection.cursor() as cursor:
                cursor.execute(_DETACH, [row.pk])
            record(LOGGED_MODEL_PURGED, target, actor=actor, model=row.model_id)
    row.delete()
