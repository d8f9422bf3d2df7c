"""Celery's scheduler over the rows of the schedule, and the watch that workers keep over it."""

import logging
from typing import Any

from celery import bootsteps, current_app, signals
from celery.beat import Scheduler
from django.apps import apps
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from . import schedule
from .calling import call_worker
from .outages import is_database_away

logger = logging.getLogger(__name__)

_LOOK_EVERY_S = 5.0
WATCH_EVERY_S = 20.0
# A run that failed because PostgreSQL was away is made up for after this, and not only when its next one is due.
AGAIN_AFTER_S = 20


def send_off(tasks: list[str]) -> None:
    """Hand tasks to the workers. One that the broker does not take is late, not lost: its next run looks again."""
    for task in tasks:
        try:
            current_app.send_task(task, retry=False)
        except (OperationalError, RedisError, OSError) as error:
            logger.warning("The scheduled task %s was not sent: %s", task, type(error).__name__)


class RowScheduler(Scheduler):
    """Sends off what the rows say is due. It remembers nothing: two of them send each run once."""

    def setup_schedule(self) -> None:
        self._is_synced = False

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Look once; returns the seconds until the next look. PostgreSQL may be away for a while."""
        try:
            if not self._is_synced:
                schedule.sync()
                self._is_synced = True
            due = schedule.claim_due()
            wait = schedule.seconds_to_next(_LOOK_EVERY_S)
        except DatabaseError as error:
            logger.warning("The schedule cannot be read: %s", type(error).__name__)
            return _LOOK_EVERY_S
        finally:
            connection.close()
        send_off(due)
        return wait

    @property
    def info(self) -> str:
        return "    . schedule -> rows of jobs.ScheduleEntry"


class ScheduleWatch(bootsteps.StartStopStep):
    """Rings in every worker for the task that looks whether the scheduler is alive."""

    requires = ("celery.worker.components:Timer",)

    def start(self, worker: Any) -> None:
        self._timer = worker.timer.call_repeatedly(WATCH_EVERY_S, self._ring, (worker.app,))

    def stop(self, worker: Any) -> None:
        self._timer.cancel()

    @staticmethod
    def _ring(app: Any) -> None:
        try:
            app.send_task("jobs.watch_schedule", retry=False, expires=WATCH_EVERY_S)
        except (OperationalError, RedisError, OSError) as error:
            logger.warning("The watch over the schedule did not ring: %s", type(error).__name__)


def _note(task: str, **columns: Any) -> None:
    close_old_connections()  # what the task left may be a broken one
    try:
        apps.get_model("jobs", "ScheduleEntry").objects.filter(task=task).update(**columns)
    except DatabaseError as error:
        logger.warning("The run of %s was not noted: %s", task, type(error).__name__)


@signals.task_prerun.connect
def _started(task: Any = None, args: Any = (), kwargs: Any = None, **rest: Any) -> None:
    if task.name in schedule.names() and task.is_genuine(args, kwargs or {}):
        _note(task.name, started_at=timezone.now())


@signals.task_postrun.connect
def _finished(task: Any = None, state: str | None = None, retval: Any = None, **kwargs: Any) -> None:
    if task.name in schedule.names() and state != "IGNORED":
        went_well = state == "SUCCESS"
        message = "" if went_well or retval is None else f"{type(retval).__name__}; the worker's log has the details."
        result = "succeeded" if went_well else "failed"
        _note(task.name, finished_at=timezone.now(), result=result, message=message)
        if is_database_away(retval) and schedule.period_of(task.name) > AGAIN_AFTER_S:
            # By the broker, for there is no other place now that would remember it. Each run asks for one more at
            # most, and while PostgreSQL is away nothing else is sent off, so they do not add up.
            call_worker(task.name, after_s=AGAIN_AFTER_S)
