from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "modelops.jobs"
    label = "jobs"
    verbose_name = "Jobs"

    def ready(self) -> None:
        from modelops.lib.plugins import load_modules

        load_modules("tasks")  # the apps' job handlers stand beside their Celery tasks
