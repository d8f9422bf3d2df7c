"""Writing the log of a job. The job's own row is what counts; the log says how it came to that."""

import os
import socket
import uuid
from typing import Any

from django.apps import apps
from django.utils import timezone


def begin(job: Any) -> None:
    """An attempt has claimed the job."""
    _rows().create(job=job, number=job.attempts, token=job.token, worker=f"{socket.gethostname()}:{os.getpid()}"[:120])


def end(token: uuid.UUID, result: str, message: str = "") -> None:
    """The attempt under ``token`` is over: "succeeded", "failed", "cancelled", "retried" or "lost"."""
    _rows().filter(token=token, result="running").update(ended_at=timezone.now(), result=result, message=message[:500])


def _rows() -> Any:
    return apps.get_model("jobs", "JobAttempt").objects
