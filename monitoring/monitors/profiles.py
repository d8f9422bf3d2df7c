"""Profiles of references: measured once by a job, sealed column by column, read by whoever compares or counts."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from compliance.audit import Actor, record
from modelops import jobs
from modelops.jobs.models import Job
from registry.models import DatasetVersion
from registry.people.rewritten import when_rewritten

from .audit_events import PROFILE_MADE
from .models import ProfileColumn, ReferenceProfile

if TYPE_CHECKING:
    import pyarrow as pa

    from monitoring.drift.categories import Counted, TooManyCategories
    from monitoring.drift.columns import NumberReference
    from monitoring.drift.edges import Bins

LAYOUT = 1
JOB_KIND = "drift.profile"
# Columns are kept in order as far as this many values of a table go: beyond, comparisons read the reference again.
MOST_VALUES = 25_000_000
_BATCH = 4


def profile_of(version: DatasetVersion) -> ReferenceProfile | None:
    """The profile of a reference, or None until it has been measured."""
    return ReferenceProfile.objects.filter(version=version, layout=LAYOUT).first()


def want_profile(version: DatasetVersion, *, actor: Actor) -> UUID | None:
    """Have ``version`` profiled; the job, or None where it has been. Asked twice there are two jobs and one profile."""
    if profile_of(version) is not None:
        return None
    payload = {"version": str(version.pk)}
    pending = Job.objects.unfinished().filter(kind=JOB_KIND, payload=payload).values_list("pk", flat=True).first()
    if pending is not None:
        return UUID(str(pending))
    return jobs.enqueue(JOB_KIND, payload=payload, actor=actor, target=version, total=version.columns).pk


@when_rewritten
def forget_profiles(version: DatasetVersion) -> None:
    """A profile holds values of the file: one that was measured with the rows of an erased person goes with them."""
    ReferenceProfile.objects.filter(version=version).delete()


def make_profile(version: DatasetVersion, job: jobs.RunningJob) -> None:
    """Measure every column and store the profile in the transaction that completes the job; nothing where it is there.

    A killed attempt leaves no row: all of them are written at the end, together.
    """
    from dataquality.reading import SealedTable
    from monitoring.drift.comparison import prepared_column

    table = SealedTable(version)
    keeps_values = table.rows * len(table.names) <= MOST_VALUES
    rows = []
    profile = ReferenceProfile(version=version, layout=LAYOUT, rows=table.rows, columns=len(table.names))
    if profile_of(version) is None:
        for position, (name, column) in enumerate(table.columns()):
            job.progress(position, len(table.names), name)
            rows.append(_row(profile, position, name, prepared_column_or_none(column, prepared_column), keeps_values))
    with job.completing():
        if not rows:
            return
        # Whoever else made it meanwhile waits here or is waited for; the second finds it made.
        present = DatasetVersion.objects.select_for_update().get(pk=version.pk)
        # A file that was written anew meanwhile, without somebody's rows, is measured by another job.
        if profile_of(version) is not None or present.artifact_id != version.artifact_id:
            return
        profile.save(force_insert=True)
        ProfileColumn.objects.bulk_create(rows, batch_size=_BATCH)
        record(PROFILE_MADE, version, actor=job.actor, version=str(version), columns=len(rows), layout=LAYOUT)


def prepared_column_or_none(
    column: pa.ChunkedArray, prepare: Any
) -> NumberReference | Counted | TooManyCategories | None:
    """One column as a reference; None for a kind that is not compared."""
    from monitoring.drift.categories import is_category
    from monitoring.drift.columns import is_number
    from monitoring.drift.comparison import plain

    kind = plain(column.type)
    return prepare(column) if is_number(kind) or is_category(kind) else None


def _row(profile: ReferenceProfile, position: int, name: str, prepared: Any, keeps_values: bool) -> ProfileColumn:
    from monitoring.drift.categories import Counted
    from monitoring.drift.columns import NumberReference
    from monitoring.drift.edges import FEWEST, bins_of
    from monitoring.drift.ordered_bytes import ordered_bytes

    row = ProfileColumn(profile=profile, position=position, name=name)
    if isinstance(prepared, NumberReference):
        ordered = prepared.ordered.part(0, prepared.ordered.size)
        bins = bins_of(ordered, prepared.dropped)
        if bins is None:
            row.reason = "The reference has fewer than 40 numbers, or whole ones beyond 9e15: no bins are published."
        else:
            row.published = _packed({"bins": bins.as_json()})
        if keeps_values and len(ordered):
            row.values = ordered_bytes(prepared)
    elif isinstance(prepared, Counted):
        named = {word: count for word, count in prepared.counts.items() if count >= FEWEST}
        if named:
            row.published = _packed({"categories": named, "size": prepared.size, "nulls": prepared.nulls})
        else:
            row.reason = "No category of the reference occurs 20 times: none is published."
    elif prepared is None:
        row.reason = "Numbers and categories are compared; the reference column is neither."
    else:
        row.reason = prepared.message[:300]
    return row


def _packed(said: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps(said, separators=(",", ":")).encode(), 1)


def published(profile: ReferenceProfile, names: list[str] | None = None) -> Iterator[tuple[str, Bins | Counted | str]]:
    """The columns of a profile as sketches are counted and compared in them: all, or those named, in order."""
    from monitoring.drift.categories import Counted
    from monitoring.drift.edges import Bins
    from monitoring.drift.sketched import OTHER

    rows = ProfileColumn.objects.filter(profile=profile).defer("values").order_by("position")
    if names:
        rows = rows.filter(name__in=names)
    for row in rows.iterator(chunk_size=50):
        if row.published is None:
            yield row.name, row.reason
            continue
        said = json.loads(zlib.decompress(row.published))
        if "bins" in said:
            yield row.name, Bins.from_json(said["bins"])
            continue
        counts = dict(said["categories"])
        if rest := said["size"] - sum(counts.values()):
            counts[OTHER] = counts.get(OTHER, 0) + rest
        yield row.name, Counted(counts, said["nulls"])
