"""What a handler holds while it works: progress, and the one transaction in which the work takes effect."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor

from . import attempts

# Progress is for people: four writes a second are enough, whatever the handler's pace.
_PROGRESS_EVERY_S = 0.25


class JobLost(Exception):
    """Another attempt has taken the job over; this one must stop without effect."""


class RunningJob:
    """One attempt at a job."""

    def __init__(
        self, job_id: uuid.UUID, token: uuid.UUID, payload: dict[str, Any], actor: Actor, attempt: int
    ) -> None:
        self.id = job_id
        self.payload = payload
        self.actor = actor
        self.attempt = attempt
        self._token = token
        self._reported = 0.0
        self.completed = False

    def _mine(self) -> Any:
        return apps.get_model("jobs", "Job").objects.filter(pk=self.id, token=self._token, state="running")

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Show that ``done`` of ``total`` is done. Raises JobLost when the attempt was given up."""
        now = time.monotonic()
        if done < total and now - self._reported < _PROGRESS_EVERY_S:
            return
        self._reported = now
        changed = self._mine().update(done=done, total=total, message=message[:500], heartbeat_at=timezone.now())
        if not changed:
            raise JobLost

    @contextmanager
    def completing(self, message: str = "") -> Iterator[None]:
        """One transaction for the results and the end of the job: both happen, once, or neither.

        Raises JobLost before the body when the attempt was given up.
        """
        with transaction.atomic():
            job = self._mine().select_for_update().first()
            if job is None:
                raise JobLost
            yield
            job.state = "succeeded"
            job.finished_at = timezone.now()
            job.done = job.total = max(job.total, job.done, 1)
            job.message = message[:500]
            job.save(update_fields=["state", "finished_at", "done", "total", "message"])
            attempts.end(self._token, "succeeded", message)
        self.completed = True
