"""What happens by the clock. Each task is safe to run twice and to be missed once: it looks for what is due."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from celery.schedules import schedule

Task = Any


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A task and its default period in seconds; an administrator may change the period."""

    label: str
    task: str
    every_s: float


_entries: dict[str, Scheduled] = {}


def scheduled(label: str, *, every_s: float) -> Callable[[Task], Task]:
    """Decorator over ``@shared_task``: run the task every ``every_s`` seconds."""

    def add(task: Task) -> Task:
        _entries[task.name] = Scheduled(label, task.name, every_s)
        return task

    return add


def entries() -> list[Scheduled]:
    """Everything that is declared, by name of the task."""
    return [_entries[name] for name in sorted(_entries)]


def beat_schedule() -> dict[str, dict[str, Any]]:
    """The declared entries in Celery's form."""
    return {entry.label: {"task": entry.task, "schedule": schedule(entry.every_s)} for entry in entries()}
