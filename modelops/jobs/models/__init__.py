"""Long work, and what happens by the clock."""

from .attempt import AttemptResult, JobAttempt
from .job import FINISHED, Job, JobQuerySet, JobState
from .schedule import RunResult, ScheduleEntry

__all__ = [
    "FINISHED",
    "AttemptResult",
    "Job",
    "JobAttempt",
    "JobQuerySet",
    "JobState",
    "RunResult",
    "ScheduleEntry",
]
