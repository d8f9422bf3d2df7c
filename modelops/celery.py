"""The Celery app: ``celery -A modelops.celery worker``. Celery wakes; the rows in PostgreSQL are the truth."""

import os

from celery import Celery, Task
from celery.signals import beat_init, setup_logging, task_postrun, task_prerun, worker_init

from compliance.audit.context import begin_via, end_via
from modelops.jobs.doorbell import SignedTask, remove_builtin_tasks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelops.settings")

app = Celery("modelops", task_cls=SignedTask)
app.set_default()  # for every thread: an app is current only in the thread that made it
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add("modelops.jobs.beat:ScheduleWatch")

app.conf.worker_consumer = "modelops.jobs.consumer:RefusingConsumer"
app.on_after_finalize.connect(lambda sender, **kwargs: remove_builtin_tasks(sender), weak=False)
app.conf.beat_scheduler = "modelops.jobs.beat:RowScheduler"
app.conf.beat_max_loop_interval = 10


@setup_logging.connect
def _keep_our_logs(**kwargs: object) -> None:
    """Logging is set up by Django already; without a receiver Celery would replace it."""


@task_prerun.connect
def _act_as_task(task: Task, **kwargs: object) -> None:
    """What a task does is recorded as done through it; who caused it stands in the rows that it works on."""
    task.request.audit_context = begin_via(f"task:{task.name}")


@task_postrun.connect
def _act_no_more(task: Task, **kwargs: object) -> None:
    end_via(getattr(task.request, "audit_context", None))


@worker_init.connect
@beat_init.connect
def _refuse_to_work_sealed(**kwargs: object) -> None:
    """Worker and beat do nothing that needs no keys, so they end instead of failing task by task."""
    from compliance.audit.sealing.separation import refuse_sealer_secrets  # models are there only now
    from modelops.sealed import end_when_sealed

    refuse_sealer_secrets()
    end_when_sealed()
