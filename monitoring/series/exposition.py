"""The newest value of each metric series of a version, for /metrics."""

from collections.abc import Iterable
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric

from monitoring.predictions.exposition import name_of

from .models import Series

MOST_SERIES: Final = 500


def series_metrics() -> Iterable[Metric]:
    """Values of deployed versions; those of trainings are in the portal alone."""
    family = GaugeMetricFamily(
        "modelops_model_metric",
        "Newest value of a metric that was sent.",
        labels=["model", "version", "name", "segment"],
    )
    rows = Series.objects.filter(version__isnull=False, run="", last_value__isnull=False, model__deleted_at=None)
    for row in rows.select_related("model", "version").order_by("-last_at")[:MOST_SERIES]:
        number = str(row.version.number) if row.version else ""
        family.add_metric([name_of(row.model), number, row.name, row.segment], row.last_value or 0.0)
    yield family
