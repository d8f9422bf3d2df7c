"""How a model does: the page with its windows, latencies and groups."""

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compliance.audit.reading import record_reading
from registry.models import RegisteredModel

from . import groups, pictures
from .audit_events import PERFORMANCE_VIEWED
from .figures import total
from .models import Stream
from .performance import ACCURACY, PERCENTILES, Performance, accuracy, estimate, mean_error, metric_of, performance

# How far the page looks back, and how long each window is then.
SPANS = {"1": (1, dt.timedelta(hours=1)), "7": (7, dt.timedelta(hours=6)), "30": (30, dt.timedelta(days=1))}
DEFAULT_SPAN = "7"
_MOST_VERSIONS = 20


@require_safe
@login_required
@permission_required("predictions.view_window", raise_exception=True)
def model_performance(request: HttpRequest, name: str) -> HttpResponse:
    """One version over time; the newest that sent anything, unless the address names another."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    streams = list(
        Stream.objects.filter(model=model).select_related("model").order_by("-last_received_at")[:_MOST_VERSIONS]
    )
    asked = request.GET.get("version", "")
    stream = next((each for each in streams if str(each.version_number) == asked), streams[0] if streams else None)
    span = request.GET.get("days", DEFAULT_SPAN)
    span = span if span in SPANS else DEFAULT_SPAN
    context: dict[str, Any] = {"model": model, "streams": streams, "stream": stream, "span": span, "spans": SPANS}
    if stream is not None:
        context |= _shown(stream, *SPANS[span])
    number = stream.version_number if stream else 0
    record_reading(PERFORMANCE_VIEWED, model, request=request, model=model.name, version=number)
    return render(request, "predictions/performance.html", context)


def looked_at(stream: Stream, days: int, step: dt.timedelta) -> tuple[Performance, list[Performance]]:
    """The last ``days`` as a whole, and in windows of ``step``."""
    until = timezone.now().replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    since = until - dt.timedelta(days=days)
    windows = performance(stream, since, until, step)
    figures = total(window.figures for window in windows)
    is_accuracy = metric_of(stream) == ACCURACY
    whole = Performance(
        since,
        until,
        figures,
        accuracy(figures) if is_accuracy else mean_error(figures),
        estimate(figures, figures.calibration) if is_accuracy else None,
    )
    return whole, windows


def _shown(stream: Stream, days: int, step: dt.timedelta) -> dict[str, Any]:
    metric = metric_of(stream)
    whole, windows = looked_at(stream, days, step)
    figures = whole.figures
    return {
        "metric": metric,
        "windows": windows,
        "whole": whole,
        "percentiles": [(name, whole.percentiles[name]) for name in PERCENTILES],
        "quality": pictures.quality(windows, metric) if windows else "",
        "latency": pictures.latencies(windows) if figures.latency_counts and sum(figures.latency_counts) else "",
        "volume": pictures.volume(windows) if windows else "",
        "groups": [
            {"feature": name, "rates": groups.rates(counts), "suppressed": groups.suppressed(counts)}
            for name, counts in figures.groups.items()
        ],
        "gaps": groups.gaps(figures.groups),
        "rate_names": [groups.SELECTION, groups.TRUE_POSITIVE, groups.FALSE_POSITIVE],
    }
