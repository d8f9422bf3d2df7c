"""What a run says of itself while it runs: metrics, parameters and tags."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid, NotFound
from modelops.lib.ids import uuid7
from registry.tracking.audit_events import RUN_CHANGED, RUN_LOGGED
from registry.tracking.models import Run

from .runs import NAME_TAG, active, require_active

MOST_PARAMETERS: Final = 20_000

# The same value sent twice, as a client does that heard no answer, is one value.
_ADD_METRICS: Final = """
INSERT INTO tracking_metric
    (id, run_id, key, value, step, measured_ms, logged_model_id, dataset_name, dataset_digest)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::float8[], %s::bigint[], %s::bigint[], %s::uuid[],
                     %s::text[], %s::text[])
ON CONFLICT DO NOTHING
"""
_RAISE_LATEST: Final = """
INSERT INTO tracking_latestmetric AS known (id, run_id, key, value, step, measured_ms)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::float8[], %s::bigint[], %s::bigint[])
ON CONFLICT (run_id, key) DO UPDATE
SET value = excluded.value, step = excluded.step, measured_ms = excluded.measured_ms
WHERE (excluded.step, excluded.measured_ms, excluded.value) > (known.step, known.measured_ms, known.value)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One value of a metric; ``logged_model`` is the model that it is about, if one is named."""

    key: str
    value: float
    step: int
    measured_ms: int
    logged_model: uuid.UUID | None = None
    dataset_name: str = ""
    dataset_digest: str = ""


@transaction.atomic
def log(
    run: Run,
    *,
    metrics: Iterable[Measured] = (),
    parameters: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    actor: Actor,
) -> None:
    """Add all of it or nothing, and one row to the ledger. Raises Invalid for a parameter that has another value."""
    measured = list(metrics)
    if parameters or tags:
        row = active(run, with_parameters=bool(parameters))
        fields = [*_add_parameters(row, parameters or {}), *_set_tags(row, tags or {})]
        if fields:
            row.save(update_fields=fields)
    else:
        require_active(run)
    if measured:
        _add(run, measured)
    record(
        RUN_LOGGED,
        run,
        actor=actor,
        run=run.run_id,
        metrics=len(measured),
        parameters=len(parameters or ()),
        tags=len(tags or ()),
        inputs=0,
        outputs=0,
    )


@transaction.atomic
def delete_tag(run: Run, key: str, *, actor: Actor) -> None:
    """Take a tag away. Raises NotFound for one that is not there."""
    row = active(run)
    if key not in row.tags:
        raise NotFound(f"No tag with name: {key} in run with id {row.run_id}", code="tag.not_found")
    del row.tags[key]
    row.save(update_fields=["tags"])
    record(RUN_CHANGED, row, actor=actor, run=row.run_id, what="a tag")


def require_same(run: Run, known: Mapping[str, str], given: Mapping[str, str]) -> None:
    """Raise Invalid when a parameter of ``given`` has another value already."""
    for key, value in given.items():
        if key in known and known[key] != value:
            raise Invalid(
                f"Changing param values is not allowed. Param with key='{key}' was already logged with "
                f"value='{known[key]}' for run ID='{run.run_id}'. Attempted logging new value '{value}'.",
                code="parameter.changed",
                field=key,
            )


def _add_parameters(row: Run, given: Mapping[str, str]) -> list[str]:
    if not given:
        return []
    known: dict[str, Any] = row.parameters or {}
    require_same(row, known, given)
    if given.items() <= known.items():
        return []
    if len(known) + len(given) > MOST_PARAMETERS:
        raise Conflict(
            f"A run has at most {MOST_PARAMETERS} parameters. Log a file instead.", code="parameter.too_many"
        )
    row.parameters = {**known, **given}
    return ["parameters"]


def _set_tags(row: Run, given: Mapping[str, str]) -> list[str]:
    if not given:
        return []
    row.tags.update(given)
    if NAME_TAG not in given:
        return ["tags"]
    row.name = given[NAME_TAG][:250]
    return ["tags", "name"]


def _add(run: Run, measured: list[Measured]) -> None:
    latest: dict[str, Measured] = {}
    for one in measured:
        held = latest.get(one.key)
        if held is None or (one.step, one.measured_ms, _rank(one.value)) >= (
            held.step, held.measured_ms, _rank(held.value),
        ):  # fmt: skip
            latest[one.key] = one
    # In one order by all, so that two batches of a run wait for each other instead of stopping each other.
    rising = [latest[key] for key in sorted(latest)]
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD_METRICS,
            [
                *_columns(run, measured),
                [one.logged_model for one in measured],
                [one.dataset_name for one in measured],
                [one.dataset_digest for one in measured],
            ],
        )
        cursor.execute(_RAISE_LATEST, _columns(run, rising))


def _rank(value: float) -> tuple[bool, float]:
    """NaN above all numbers, as PostgreSQL sorts it."""
    return (value != value, 0.0 if value != value else value)


def _columns(run: Run, measured: list[Measured]) -> list[list[Any]]:
    return [
        [uuid7() for _ in measured],
        [run.pk for _ in measured],
        [one.key for one in measured],
        [one.value for one in measured],
        [one.step for one in measured],
        [one.measured_ms for one in measured],
    ]
