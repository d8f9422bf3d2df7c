"""The rules of a run, ready to be judged: what sleeps is marked, and other datasets' values are at hand."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from dataquality.models import QualityRun
from dataquality.suite_services import sleeping
from dataquality.suites import Suite, read_suite, references
from modelops.lib.errors import Invalid
from registry.frames import open_table
from registry.models import DatasetVersion

MOST_KNOWN = 5_000_000  # distinct values of the other dataset


def suite_of_run(run: QualityRun) -> Suite | None:
    """The suite of the version that the run was asked for with. Raises Invalid for a dataset that is not there."""
    version = run.suite_version
    if version is None:
        return None
    suite = read_suite(version.document)
    for entry, dataset, column in references(suite):
        entry.rule.known = _known_values(run, dataset, column)  # type: ignore[attr-defined]
    return suite.asleep(sleeping(version.suite, run.created_at))


def _known_values(run: QualityRun, dataset: str, column: str) -> pa.Array | None:
    """The distinct values of the newest version that whoever asked for the run may see, or None."""
    if run.requested_by is None:
        return None
    visible = DatasetVersion.objects.visible_to(run.requested_by).filter(dataset__name=dataset)
    other = visible.select_related("dataset", "artifact").order_by("-number").first()
    if other is None or column not in other.column_names:
        return None
    known: pa.Array | None = None
    for batch in open_table(other).batches([column]):
        values = batch.column(0)
        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        joined = [values] if known is None else [known, values]
        known = pc.unique(pa.chunked_array(joined))
        if len(known) > MOST_KNOWN:
            raise Invalid(
                f"The column {column!r} of {dataset!r} holds more than {MOST_KNOWN:,} different values.",
                code="rule.reference_too_large",
            )
    return known
