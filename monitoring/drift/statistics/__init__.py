"""Two-sample statistics, one file per kind. A statistic measures; `monitoring.drift.evaluation` decides."""

from . import ks  # noqa: F401  (registers itself)
from .base import Drift, Statistic, TooFewValues, statistics

__all__ = ["Drift", "Statistic", "TooFewValues", "statistics"]
