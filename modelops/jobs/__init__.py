"""Long work that survives. The `Job` row is the truth; Celery only rings the doorbell."""

from .handlers import handler
from .running import JobLost, RunningJob
from .services import enqueue

__all__ = ["JobLost", "RunningJob", "enqueue", "handler"]
