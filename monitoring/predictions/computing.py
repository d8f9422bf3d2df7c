"""The figures of an hour, computed from its rows whenever one of them or a label of one arrived.

The window's row is held while its rows are read: whoever brings more waits, and marks it stale again.
"""

import datetime as dt
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from modelops.lib.ids import first_id_at

from .figures import Figures
from .groups import group_counts
from .latency import BOUNDS_MS
from .models import Window
from .restricting import USABLE
from .sent_rows import AHEAD

HOUR: Final = dt.timedelta(hours=1)
_ROWS: Final = (
    " FROM predictions_prediction p LEFT JOIN predictions_groundtruth t"
    " ON t.model_id = %(model)s AND t.key = p.key AND t.is_current AND p.key <> ''"
    " WHERE p.stream_id = %(stream)s AND p.at >= %(since)s AND p.at < %(until)s AND p.id >= %(first)s"
    f" AND {USABLE}"
)
_ANSWERED: Final = "(p.number IS NOT NULL OR p.label <> '')"
_MATCHED: Final = "(p.number = t.number OR (p.label <> '' AND p.label = t.label))"
_SUMS: Final = {
    "predictions": "count(*)",
    "errors": "count(*) FILTER (WHERE p.error <> '')",
    "answered": f"count(*) FILTER (WHERE {_ANSWERED})",
    "numeric": "count(p.number)",
    "number_sum": "coalesce(sum(p.number), 0)",
    "labelled": f"count(t.id) FILTER (WHERE {_ANSWERED})",
    "matched": f"count(*) FILTER (WHERE {_MATCHED})",
    "paired": "count(*) FILTER (WHERE p.number IS NOT NULL AND t.number IS NOT NULL)",
    "absolute_sum": "coalesce(sum(abs(p.number - t.number)), 0)",
    "square_sum": "coalesce(sum((p.number - t.number) ^ 2), 0)",
    "delay_s": f"coalesce(sum(extract(epoch FROM t.received_at - p.at)) FILTER (WHERE {_ANSWERED}), 0)::float8",
    "latency_sum_ms": "coalesce(sum(p.latency_ms), 0)",
}


def compute_stale(at_most: int = 500) -> int:
    """Compute windows that are stale, the newest first; how many. Safe to run twice at once and to be killed."""
    done = 0
    for pk in Window.objects.filter(is_stale=True).order_by("-starts_at").values_list("pk", flat=True)[:at_most]:
        done += compute(pk)
    return done


@transaction.atomic
def compute(pk: int) -> bool:
    """Compute one window; False when another process does it just now."""
    windows = Window.objects.select_for_update(of=("self",), skip_locked=True).select_related("stream")
    window = windows.filter(pk=pk, is_stale=True).first()
    if window is None:
        return False
    window.figures = _figures(window).as_json()
    window.is_stale = False
    window.computed_at = timezone.now()
    window.save(update_fields=["figures", "is_stale", "computed_at"])
    return True


def _figures(window: Window) -> Figures:
    params: dict[str, Any] = {
        "model": window.stream.model_id,
        "stream": window.stream_id,
        "since": window.starts_at,
        "until": window.starts_at + HOUR,
        # A row cannot have come before it was made, but for a clock that is ahead: older months are not read.
        "first": first_id_at(window.starts_at, -AHEAD),
        "bounds": list(BOUNDS_MS),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(_SUMS.values())}{_ROWS}", params)
        figures = Figures(**dict(zip(_SUMS, cursor.fetchone(), strict=True)))
        cursor.execute(
            # The bucket of a value on a bound is the one below it, as everywhere: hence the turned signs.
            "SELECT count(*), array_length(%(bounds)s::float8[], 1) - width_bucket(-p.latency_ms,"  # noqa: S608  constants alone
            " ARRAY(SELECT -bound FROM unnest(%(bounds)s::float8[]) bound ORDER BY 1))"
            f"{_ROWS} AND p.latency_ms IS NOT NULL GROUP BY 2",
            params,
        )
        figures.latency_counts = [0] * (len(BOUNDS_MS) + 1)
        for count, bucket in cursor.fetchall():
            figures.latency_counts[bucket] += count
        cursor.execute(
            f"SELECT least(floor(p.probability * 10)::int, 9), count(t.id), count(*) FILTER (WHERE {_MATCHED}),"
            " count(*) FILTER (WHERE t.id IS NULL), coalesce(sum(p.probability) FILTER (WHERE t.id IS NULL), 0)"
            f"{_ROWS} AND p.probability IS NOT NULL AND {_ANSWERED} GROUP BY 1",
            params,
        )
        for tenth, *sums in cursor.fetchall():
            figures.calibration[tenth] = sums
    figures.groups = group_counts(window.stream, _ROWS, params)
    return figures
