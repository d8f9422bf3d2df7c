"""Charts drawn by the server: SVG without scripts or inline styles, with the data as a table behind each.

Colours come from classes in ``static/css/charts.css``, so one drawing serves the light, dark and printed page.
"""

from modelops.lib.charts.bars import bars
from modelops.lib.charts.histogram import histogram
from modelops.lib.charts.lines import line, sparkline
from modelops.lib.charts.pairs import ecdf_pair, histogram_pair
from modelops.lib.charts.scores import score_bar, score_ring

__all__ = ["bars", "ecdf_pair", "histogram", "histogram_pair", "line", "score_bar", "score_ring", "sparkline"]
