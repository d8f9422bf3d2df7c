"""A drift run as one HTML file: to be sent, printed and kept, with its pictures and nothing from elsewhere."""

import uuid
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from compliance.audit.reading import record_reading
from monitoring.models import DriftFeature, DriftRun

from . import pictures
from .audit_events import RUN_VIEWED

# The features that moved most are drawn: a file of all five hundred would open nowhere.
DRAWN = 12
_SHEETS = ("tokens.css", "charts.css", "print.css", "report.css")


@require_safe
@login_required
@permission_required("monitoring.view_driftrun", raise_exception=True)
def drift_report(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """The file to save; there is none before the run has its verdict."""
    runs = DriftRun.objects.visible_to(request.user).succeeded().with_versions()
    run: DriftRun = get_object_or_404(runs, pk=run_id)
    features = sorted(run.features.all(), key=lambda f: (not f.is_compared, -(f.statistic or 0), f.position))
    chosen = [feature.pk for feature in features if feature.is_compared][:DRAWN]
    labels = (f"{run.reference} (reference)", f"{run.current_name} (current)")
    whole = {feature.pk: feature for feature in DriftFeature.objects.defer(None).filter(pk__in=chosen)}
    drawn = [
        {
            "name": whole[pk].name,
            "histogram": pictures.histogram(whole[pk], labels),
            "distribution": pictures.distribution(whole[pk], labels),
            "categories": pictures.categories(whole[pk]),
            "is_gone": whole[pk].method == "nulls",
        }
        for pk in chosen
    ]
    said = {
        "run": run,
        "features": features,
        "segments": list(run.segments.all()),
        "drawn": drawn,
        "stylesheet": _stylesheet(),
    }
    record_reading(RUN_VIEWED, run, request=request, reference=str(run.reference), current=run.current_name)
    answer = HttpResponse(render_to_string("monitoring/drift_report.html", said), content_type="text/html")
    answer["Content-Disposition"] = content_disposition_header(True, f"drift-{run.pk}.html")
    answer["Cache-Control"] = "no-store"
    return answer


@lru_cache(maxsize=1)
def _stylesheet() -> SafeString:
    """What the pictures need, in the file itself: it is opened from a disk, without the portal."""
    sheets = "\n".join((settings.BASE_DIR / "static" / "css" / name).read_text() for name in _SHEETS)
    return mark_safe(f"<style>{sheets}</style>")  # noqa: S308  our own files
