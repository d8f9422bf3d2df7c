"""Requests of data subjects and the bundles that answer them."""

from .bundle import SubjectBundle
from .request import Kind, ReferenceCounter, Regime, State, SubjectRequest

__all__ = ["Kind", "ReferenceCounter", "Regime", "State", "SubjectBundle", "SubjectRequest"]
