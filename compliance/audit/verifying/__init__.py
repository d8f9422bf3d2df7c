"""Whether the ledger is what was sealed: rows against leaves, leaves against the tree, the tree against its anchors."""

from .verdict import Finding, Verdict
from .verify import verify

__all__ = ["Finding", "Verdict", "verify"]
