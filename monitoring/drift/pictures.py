"""The charts of a drift run, drawn by the server from stored results."""

from collections.abc import Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from modelops.lib import charts
from monitoring.models import DriftFeature, DriftRun

SHOWN_BARS = 40


def effect_bars(run: DriftRun, features: Sequence[DriftFeature]) -> SafeString:
    """D per compared feature, the largest first, with the threshold as a line."""
    compared = sorted((feature for feature in features if feature.is_compared), key=lambda f: -(f.statistic or 0))
    return charts.bars(
        [(f.name, f.statistic, "warn" if f.drifted else "quiet") for f in compared[:SHOWN_BARS]],
        title="Largest gap D per feature",
        limit=run.minimum_effect,
        maximum=1.0 if compared and (compared[0].statistic or 0) > 0.5 else None,
        limit_label="smallest effect that counts as drift",
    )


def histogram(feature: DriftFeature, labels: tuple[str, str]) -> SafeString:
    """Both samples over the same bins."""
    profile = feature.profile or {}
    if "edges" not in profile:
        return mark_safe("")
    return charts.histogram_pair(
        profile["reference"]["counts"],
        profile["current"]["counts"],
        profile["edges"],
        title=f"How {feature.name} is distributed",
        labels=labels,
    )


def distribution(feature: DriftFeature, labels: tuple[str, str]) -> SafeString:
    """Both distribution functions, drawn from the stored quantiles, with the gap that was measured on all values."""
    profile = feature.profile or {}
    if "edges" not in profile:
        return mark_safe("")
    return charts.ecdf_pair(
        profile["reference"]["quantiles"],
        profile["current"]["quantiles"],
        title=f"How much of {feature.name} lies at or below a value",
        labels=labels,
        measured=(feature.statistic or 0.0, profile["location"], *profile["shares"]),
    )


def categories(feature: DriftFeature) -> list[dict[str, Any]]:
    """The most frequent categories with their shares in both samples; empty for numbers."""
    profile: dict[str, Any] = feature.profile or {}
    n, m = max(feature.n_reference, 1), max(feature.n_current, 1)
    rows = [*profile.get("categories", [])]
    if any(profile.get("rest", [])):
        rows.append(["all others", *profile["rest"]])
    return [{"name": name, "reference": first / n, "current": second / m} for name, first, second in rows]


def outside(feature: DriftFeature) -> int:
    """How many values of both samples lie beyond the ends of the histogram."""
    profile: dict[str, Any] = feature.profile or {}
    if "edges" not in profile:
        return 0
    return int(sum(profile[name]["outside"] for name in ("reference", "current")))
