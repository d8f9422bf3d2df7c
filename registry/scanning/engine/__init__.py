"""A static scanner, default deny: what is not known to be harmless is held. Pure Python, no Django, runs nothing."""

from .rules import RULES
from .scanner import scan, scan_file
from .verdict import Verdict

__all__ = ["RULES", "Verdict", "scan", "scan_file"]
