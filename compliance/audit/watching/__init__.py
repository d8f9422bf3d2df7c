"""Which tables the database itself watches for the ledger, and who may do what with each.

Apps declare every model once, in ``watched.py``: `watch` it, `exempt` it with the reason, or call it `append_only`.
"""

from .declarations import append_only, callable_by_application, exempt, sealed, watch

__all__ = ["append_only", "callable_by_application", "exempt", "sealed", "watch"]
