"""Charts in templates: ``{% load charts %}``; every tag returns a finished figure or mark."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from modelops.lib import charts

register = template.Library()

register.simple_tag(charts.histogram, name="histogram")
register.simple_tag(charts.histogram_pair, name="histogram_pair")
register.simple_tag(charts.ecdf_pair, name="ecdf_pair")
register.simple_tag(charts.bars, name="bars")
register.simple_tag(charts.line, name="line")
register.simple_tag(charts.sparkline, name="sparkline")
register.simple_tag(charts.score_ring, name="score_ring")


@register.simple_tag
def score(value: Any) -> SafeString:
    """A score of 0 to 100 as number and bar; what is not known is a dash."""
    return charts.score_bar(value)
