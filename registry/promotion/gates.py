"""The gate of the primary metric: a version is not much worse than the one that is in use."""

from django.conf import settings

from modelops.lib.figures import significant
from registry.aliases.gate import Gate, gates
from registry.aliases.models import Alias
from registry.models import ModelVersion
from registry.ranking.best import primary_metric
from registry.ranking.directions import MINIMISE

from .policies import policy_for


@gates.register("metric")
class MetricGate(Gate):
    """The primary metric against that of the champion: the version that the first protected alias points at."""

    label = "Metric"

    def check(self, version: ModelVersion) -> tuple[bool, str]:
        tolerance = policy_for(version.model).metric_tolerance
        if tolerance is None:
            return True, "The policy of the model compares no metric."
        champion = champion_of(version)
        if champion is None or champion.pk == version.pk:
            return True, "No other version is in use that it could be compared with."
        primary = primary_metric(version.model)
        before = _number(champion, primary.metric) if primary else None
        if primary is None or before is None:
            return True, f"Version {champion.number}, which is in use, says no primary metric to compare with."
        now = _number(version, primary.metric)
        if now is None:
            return False, f"It says no {primary.metric}; version {champion.number}, which is in use, does."
        worse = now - before if primary.direction == MINIMISE else before - now
        said = f"{primary.metric} is {significant(now)}, in use (version {champion.number}) {significant(before)}"
        if worse <= tolerance:
            return True, f"{said}."
        return False, f"{said}: worse by {significant(worse)}; at most {significant(tolerance)} is allowed."


def champion_of(version: ModelVersion) -> ModelVersion | None:
    """The version in use: where the first of the protected aliases that the model has points."""
    order = {name.lower(): place for place, name in enumerate(settings.MODELOPS_PROTECTED_ALIASES)}
    rows = Alias.objects.filter(model_id=version.model_id).select_related("version")
    found = sorted((row for row in rows if row.name.lower() in order), key=lambda row: order[row.name.lower()])
    return found[0].version if found else None


def _number(version: ModelVersion, metric: str) -> float | None:
    said = version.metrics.get(metric)
    return float(said) if isinstance(said, int | float) and not isinstance(said, bool) else None
