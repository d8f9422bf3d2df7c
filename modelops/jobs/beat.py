"""Celery's scheduler over what the apps declare."""

from celery.beat import PersistentScheduler

from .schedule import beat_schedule


class DeclaredScheduler(PersistentScheduler):
    """Reads the declarations when it starts; by then every app's ``tasks.py`` is imported."""

    def setup_schedule(self) -> None:
        self.app.conf.beat_schedule = beat_schedule()
        super().setup_schedule()
