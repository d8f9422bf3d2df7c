"""The metrics of a model: every series with its newest value, and one of them drawn."""

from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from compliance.audit.reading import record_reading
from modelops.lib import charts
from registry.models import RegisteredModel

from .audit_events import METRICS_VIEWED
from .models import Series

# A run's series are bounded each; a page shows the newest of all.
_MOST_SERIES, _MOST_POINTS = 200, 500


@require_safe
@login_required
@permission_required("series.view_series", raise_exception=True)
def model_metrics(request: HttpRequest, name: str) -> HttpResponse:
    """The list, narrowed by what the name holds; ``?series=`` chooses the one that is drawn."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    query = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    rows = Series.objects.filter(model=model).select_related("version")
    if query:
        rows = rows.filter(name__icontains=query)
    series = list(rows.order_by("-last_at", "pk")[:_MOST_SERIES])
    asked = request.GET.get("series", "")
    selected = next((row for row in series if str(row.pk) == asked), series[0] if series else None)
    context: dict[str, Any] = {"model": model, "series": series, "selected": selected, "query": query}
    if selected is not None:
        context["chart"] = _drawn(selected)
    record_reading(METRICS_VIEWED, model, request=request, model=model.name)
    return render(request, "predictions/metrics.html", context)


def _drawn(series: Series) -> str:
    """By step for a training, which counts epochs; else by the clock."""
    newest = series.points.order_by("-at", "-step").values_list("at", "step", "value")[:_MOST_POINTS]
    points = list(newest)[::-1]
    by_step = bool(series.run) and any(step for _, step, _ in points)
    if by_step:
        points.sort(key=lambda point: point[1])
    return charts.line(
        [(series.name, [value for *_, value in points])],
        [str(step) if by_step else at for at, step, _ in points],
        title=f"{series.name}{f', {series.segment}' if series.segment else ''}{' by step' if by_step else ''}",
        unit=series.unit,
    )
