"""The newest values that a version told of itself, for its page."""

from collections.abc import Sequence

from django import template

from monitoring.series.models import Series
from registry.models import ModelVersion

register = template.Library()
_MOST = 12


@register.simple_tag
def newest_metrics_of(version: ModelVersion) -> Sequence[Series]:
    """Its series, those that told something last first: measures of how well it works, and of what it uses."""
    return list(Series.objects.filter(version=version, last_at__isnull=False).order_by("-last_at", "pk")[:_MOST])
