"""Issuers that are trusted, the rules of each, and what came of their tokens."""

from .issuer import ALGORITHMS, TrustedIssuer
from .rule import ExchangeRule
from .token import ExchangedToken, UsedJobToken

__all__ = ["ALGORITHMS", "ExchangeRule", "ExchangedToken", "TrustedIssuer", "UsedJobToken"]
