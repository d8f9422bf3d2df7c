"""The Celery app: ``celery -A modelops.celery worker``. Celery wakes; the rows in PostgreSQL are the truth."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelops.settings")

app = Celery("modelops")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Times in seconds. Each task is safe to run twice and to be missed once: it looks for what is due.
app.conf.beat_schedule = {
    "reconcile jobs": {"task": "jobs.reconcile", "schedule": 10.0},
    "deliver alerts": {"task": "monitoring.deliver_due", "schedule": 10.0},
    "open alerts": {"task": "monitoring.open_alerts", "schedule": 10.0},
    "sweep artifacts": {"task": "registry.sweep_artifacts", "schedule": 600.0},
    "remove expired bundles": {"task": "subjects.remove_expired_bundles", "schedule": 3600.0},
    "sweep sessions": {"task": "accounts.sweep_sessions", "schedule": 3600.0},
}
app.conf.beat_max_loop_interval = 10


@setup_logging.connect
def _keep_our_logs(**kwargs: object) -> None:
    """Logging is set up by Django already; without a receiver Celery would replace it."""
