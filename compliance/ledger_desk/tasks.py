"""What the schedule does with the ledger. Each subject has a module of its own; Celery finds them through this one."""

from . import months, streams, verification  # noqa: F401  declares its tasks and jobs
