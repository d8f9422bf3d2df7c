"""Where a secret may be read instead of being stored: one contract, one file per kind."""

from . import environment, files, vault  # noqa: F401  register their kinds
from .base import SecretSource, SecretUnavailable, check_reference, read_reference, sources

__all__ = ["SecretSource", "SecretUnavailable", "check_reference", "read_reference", "sources"]
