"""What /metrics says about deployed models: totals that are in the database, the same from every process.

A model's version costs some thirty lines, so only the newest hundred streams are told; how many are left out is told
too. Names of restricted models are not: whoever scrapes need not know of them.
"""

from collections.abc import Iterable
from itertools import accumulate
from typing import Any, Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from .latency import BOUNDS_MS, TOLD
from .models import Stream

MOST_STREAMS: Final = 100


def name_of(model: Any) -> str:
    """The label of a model; for a restricted one its id, which tells nothing."""
    return f"restricted:{str(model.pk)[-12:]}" if model.is_restricted else model.name


def model_metrics() -> Iterable[Metric]:
    """Predictions, those set aside, errors by class and latencies of each version, and when one came last."""
    labels = ["model", "version"]
    predictions = CounterMetricFamily("modelops_model_predictions", "Predictions received.", labels=labels)
    errors = CounterMetricFamily("modelops_model_errors", "Failed predictions by class.", labels=[*labels, "class"])
    set_aside = CounterMetricFamily(
        "modelops_model_set_aside", "Predictions not stored: about people who are kept out.", labels=labels
    )
    latencies = HistogramMetricFamily("modelops_model_latency_seconds", "Latency of predictions.", labels=labels)
    last = GaugeMetricFamily("modelops_model_last_batch_timestamp_seconds", "When a batch came last.", labels=labels)
    streams = Stream.objects.filter(model__deleted_at=None).select_related("model").order_by("-last_received_at")
    for stream in streams[:MOST_STREAMS]:
        named = [name_of(stream.model), str(stream.version_number)]
        predictions.add_metric(named, stream.predictions)
        set_aside.add_metric(named, stream.set_aside)
        for kind, count in sorted(stream.error_classes.items()):
            errors.add_metric([*named, kind], count)
        if stream.latency_counts:
            latencies.add_metric(named, _buckets(stream.latency_counts), stream.latency_sum_ms / 1000)
        if stream.last_received_at is not None:
            last.add_metric(named, stream.last_received_at.timestamp())
    left_out = max(0, streams.order_by().count() - MOST_STREAMS)
    yield from (predictions, errors, set_aside, latencies, last)
    yield GaugeMetricFamily("modelops_model_streams_left_out", "Versions that are not told here.", value=left_out)


def _buckets(counts: list[int]) -> list[tuple[str, float]]:
    below = list(accumulate(counts))
    told = [(repr(BOUNDS_MS[place] / 1000), float(below[place])) for place in TOLD]
    return [*told, ("+Inf", float(below[-1]))]
