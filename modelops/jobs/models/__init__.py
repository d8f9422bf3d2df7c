"""Long work, and what happens by the clock."""

from .job import FINISHED, Job, JobQuerySet, JobState
from .schedule import RunResult, ScheduleEntry

__all__ = ["FINISHED", "Job", "JobQuerySet", "JobState", "RunResult", "ScheduleEntry"]
