"""How well a version does: from labels where they have come, and an estimate, marked as one, where they have not.

The estimate takes each prediction's probability of being right, as far as labels have shown what such probabilities
are worth: in each tenth of the probability, the share of labelled predictions that were right stands in for it once
there are thirty. Source: the idea of confidence-based performance estimation (CBPE), as NannyML describes it.
"""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from modelops.lib.figures import significant
from registry.models.model import TaskType

from . import latency
from .figures import Figures, total, wilson
from .models import Stream, Window

_REGRESSION: Final = frozenset({TaskType.REGRESSION, TaskType.FORECASTING})
_ENOUGH: Final = 30
_Z: Final = 1.959964  # of a 95 % interval
ACCURACY, ERROR = "accuracy", "mean absolute error"


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with its 95 % interval, out of ``count`` predictions."""

    value: float
    low: float
    high: float
    count: int
    is_estimate: bool = False

    @property
    def words(self) -> str:
        """The interval, and out of what, in words."""
        of = "without a label: an estimate" if self.is_estimate else "labelled"
        return f"{significant(self.low)} to {significant(self.high)}, out of {self.count:,} {of}"


@dataclass(frozen=True, slots=True)
class Performance:
    """A window: what was realised, what is estimated of the rest; latency percentiles in ms; delay of labels."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    figures: Figures
    realised: Measured | None
    estimated: Measured | None

    @property
    def percentiles(self) -> dict[str, float | None]:
        """p50, p95 and p99 of the latency, each within a bucket (19 %)."""
        return {name: latency.quantile(self.figures.latency_counts, share) for name, share in PERCENTILES.items()}

    @property
    def error_rate(self) -> float | None:
        """Share of predictions that failed."""
        return self.figures.errors / self.figures.predictions if self.figures.predictions else None

    @property
    def error_note(self) -> str:
        """The failed ones in words."""
        return f"{self.figures.errors:,} failed"

    @property
    def delay_words(self) -> str:
        """The delay of labels in words."""
        seconds = self.label_delay_s
        if seconds is None:
            return "–"
        unit, length = next(
            each
            for each in (("days", 86400), ("hours", 3600), ("minutes", 60), ("s", 1))
            if seconds >= each[1] or each[1] == 1
        )
        return f"{significant(seconds / length)} {unit}"

    @property
    def label_delay_s(self) -> float | None:
        """How long after the prediction its label came, on average."""
        return self.figures.delay_s / self.figures.labelled if self.figures.labelled else None


PERCENTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def metric_of(stream: Stream) -> str:
    """Accuracy; of models that predict a quantity, the mean absolute error."""
    return ERROR if stream.model.task_type in _REGRESSION else ACCURACY


def performance(stream: Stream, since: dt.datetime, until: dt.datetime, step: dt.timedelta) -> list[Performance]:
    """Windows of ``step`` (whole hours) between both, those with a prediction, the oldest first."""
    rows = Window.objects.filter(stream=stream, starts_at__gte=since, starts_at__lt=until).order_by("starts_at")
    parts: dict[int, list[Figures]] = {}
    for starts_at, figures in rows.values_list("starts_at", "figures"):
        parts.setdefault((starts_at - since) // step, []).append(Figures.of(figures))
    known = total(figures for some in parts.values() for figures in some).calibration
    is_error = metric_of(stream) == ERROR
    return [
        _of(total(some), since + place * step, since + (place + 1) * step, known, is_error)
        for place, some in sorted(parts.items())
    ]


def _of(
    figures: Figures, starts_at: dt.datetime, ends_at: dt.datetime, known: Sequence[Sequence[float]], is_error: bool
) -> Performance:
    if is_error:
        return Performance(starts_at, ends_at, figures, mean_error(figures), None)
    return Performance(starts_at, ends_at, figures, accuracy(figures), estimate(figures, known))


def accuracy(figures: Figures) -> Measured | None:
    """The share of labelled predictions that were right; None without a label."""
    if not figures.labelled:
        return None
    low, high = wilson(figures.matched, figures.labelled)
    return Measured(figures.matched / figures.labelled, low, high, figures.labelled)


def mean_error(figures: Figures) -> Measured | None:
    """The mean absolute error; its interval is that of a mean, so it is wide where few labels have come."""
    if not figures.paired:
        return None
    mean = figures.absolute_sum / figures.paired
    spread = max(figures.square_sum / figures.paired - mean**2, 0.0)
    half = _Z * math.sqrt(spread / figures.paired)
    return Measured(mean, max(mean - half, 0.0), mean + half, figures.paired)


def estimate(figures: Figures, known: Iterable[Sequence[float]]) -> Measured | None:
    """The expected accuracy of predictions that wait for their labels, with its band; None where there are none.

    The band holds the chance of the outcomes and, where labels stand in for probabilities, that of those labels.
    """
    count = expected = variance = 0.0
    for (_, _, waiting, probabilities), (labelled, matched, *_) in zip(figures.calibration, known, strict=True):
        if not waiting:
            continue
        share = probabilities / waiting
        uncertain = 0.0
        if labelled >= _ENOUGH:
            share = matched / labelled
            uncertain = waiting**2 * share * (1 - share) / labelled
        count += waiting
        expected += waiting * share
        variance += waiting * share * (1 - share) + uncertain
    if not count:
        return None
    value, half = expected / count, _Z * math.sqrt(variance) / count
    return Measured(value, max(0.0, value - half), min(1.0, value + half), int(count), is_estimate=True)
