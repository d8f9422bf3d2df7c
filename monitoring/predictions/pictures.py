"""The charts of the performance page, drawn by the server."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from modelops.lib import charts

from .performance import PERCENTILES, Measured, Performance

Ends = tuple[list[float | None], list[float | None]]


def quality(windows: Sequence[Performance], metric: str) -> SafeString:
    """What was realised and what is estimated, each with its band."""
    realised = [window.realised for window in windows]
    estimated = [window.estimated for window in windows]
    return charts.line(
        [("Realised", _values(realised)), ("Estimated, labels are not here yet", _values(estimated))],
        [window.starts_at for window in windows],
        title=f"{metric.capitalize()}, with 95 % bands",
        bands=[_ends(realised), _ends(estimated)],
    )


def latencies(windows: Sequence[Performance]) -> SafeString:
    """p50, p95 and p99."""
    return charts.line(
        [(name, [window.percentiles[name] for window in windows]) for name in PERCENTILES],
        [window.starts_at for window in windows],
        title="Latency",
        unit="ms",
        from_zero=True,
    )


def volume(windows: Sequence[Performance]) -> SafeString:
    """Predictions, and the failed ones."""
    return charts.line(
        [
            ("Predictions", [float(window.figures.predictions) for window in windows]),
            ("Errors", [float(window.figures.errors) for window in windows]),
        ],
        [window.starts_at for window in windows],
        title="Predictions and errors",
        from_zero=True,
    )


def _values(measured: Sequence[Measured | None]) -> list[float | None]:
    return [each.value if each else None for each in measured]


def _ends(measured: Sequence[Measured | None]) -> Ends:
    return [each.low if each else None for each in measured], [each.high if each else None for each in measured]
