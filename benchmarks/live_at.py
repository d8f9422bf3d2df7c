"""What an alias pointed at, at any moment of 10,000 moves, and what was trained on a dataset of 10,000 versions."""

import datetime as dt
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from . import portal
from .table import Table

LIMIT_MS = 200
_READER = "historian"
_PERIOD, _LOG, _LINEAGE = "period that holds the moment", "newest move before it, of the log", "lineage of a dataset"
_START = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
_STEP = dt.timedelta(minutes=47)


def measure(*, quick: bool = False) -> Table:
    """Answers a second of the clock, at random moments; the work is PostgreSQL's, whose CPU time is not ours to see."""
    portal.start()
    count, asked = (300, 20) if quick else (10_000, 200)
    from registry.aliases.periods import live_at

    model, dataset_version = _fill(count)
    moments = random.Random(27)  # noqa: S311  moments, not secrets
    work: dict[str, Callable[[], Any]] = {
        _PERIOD: lambda: live_at(model, "live", _START + moments.random() * count * _STEP),
        _LOG: lambda: _newest_before(model, _START + moments.random() * count * _STEP),
    }
    took = {name: _milliseconds(run, asked) for name, run in work.items()}
    took[_LINEAGE] = _milliseconds(lambda: _lineage(dataset_version), 3 if quick else 10)
    table = Table(
        f"History and lineage over {count:,} rows",
        "answers per second",
        _PERIOD,
        {name: 1000 / statistics.median(each) for name, each in took.items()},
    )
    for name in (_PERIOD, _LINEAGE):
        slowest = max(took[name])
        table.notes[name] = f"slowest {slowest:.1f} ms; the limit is {LIMIT_MS} ms"
    return table


def _milliseconds(run: Callable[[], Any], times: int) -> list[float]:
    run()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        assert run() is not None
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def _newest_before(model: Any, moment: dt.datetime) -> Any:
    from registry.aliases.models import AliasChange

    rows = AliasChange.objects.filter(model=model, alias="live", changed_at__lte=moment)
    return rows.order_by("-changed_at").first()


def _lineage(dataset_version: Any) -> Any:
    """The model versions that were made of it, as the portal and the interface list them."""
    from accounts.models import User
    from registry.lineage.tracing import made_from

    return made_from(User.objects.get(username=_READER), version=dataset_version)


def _fill(count: int) -> tuple[Any, Any]:
    """One model with ``count`` versions, all trained on one dataset version, and as many moves of one alias."""
    from django.db import connection
    from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

    from accounts.services.invitations import make_service_account
    from compliance.audit import Actor
    from registry.aliases.models import AliasChange, AliasPeriod
    from registry.models import Artifact, Dataset, DatasetVersion, ModelVersion, ModelVersionDataset, RegisteredModel

    user = make_service_account(_READER, "Pipeline", actor=Actor.system("benchmark"))
    model = RegisteredModel.objects.create(name="history", task_type="regression", owner=user, last_number=count)
    sealed = Artifact.objects.bulk_create([_artifact() for _ in range(count + 1)], batch_size=1000)
    data = DatasetVersion.objects.create(
        dataset=Dataset.objects.create(name="history"), number=1, artifact=sealed.pop(), file_format="csv", rows=1,
        columns=1, schema=[], reading={},
    )  # fmt: skip
    versions = ModelVersion.objects.bulk_create(
        [
            ModelVersion(model=model, number=number, state="ready", file_format="safetensors", artifact=artifact)
            for number, artifact in enumerate(sealed, start=1)
        ],
        batch_size=1000,
    )
    ModelVersionDataset.objects.bulk_create(
        [ModelVersionDataset(model_version=version, dataset_version=data) for version in versions], batch_size=1000
    )
    moves = [(number, _START + number * _STEP) for number in range(count)]
    AliasPeriod.objects.bulk_create(
        [
            AliasPeriod(model=model, alias="live", number=number + 1, during=DateTimeTZRange(at, at + _STEP))
            for number, at in moves
        ],
        batch_size=1000,
    )
    AliasChange.objects.bulk_create(
        [AliasChange(model=model, alias="live", to_number=number + 1, changed_at=at) for number, at in moves],
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return model, data


def _artifact() -> Any:
    from modelops.lib.ids import uuid7
    from registry.models import Artifact

    pk = uuid7()
    return Artifact(
        pk=pk, file_name="model", sha256=f"{pk.int:064x}", size=1, cipher="AES-256-GCM", location="local",
        storage_name=f"{pk.hex}.sealed", wrapped_key=b"measured", key_version=1,
    )  # fmt: skip
