"""Quality checks, one file per kind; importing the package registers them all."""

from . import completeness, consistency, outliers, uniqueness, validity  # noqa: F401
from .base import Check, Finding, TableFacts, checks

__all__ = ["Check", "Finding", "TableFacts", "checks"]
