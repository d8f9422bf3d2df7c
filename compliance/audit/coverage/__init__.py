"""Which event of the ledger tells of each route and each model; nothing is left out without a reason.

Each app declares its part in ``audit_coverage.py``, found by name. `tests/audit/coverage` performs every route.
"""

from .declaring import admin_pages, model, route
from .exempt import Exempt

__all__ = ["Exempt", "admin_pages", "model", "route"]
