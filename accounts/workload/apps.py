from django.apps import AppConfig


class WorkloadConfig(AppConfig):
    name = "accounts.workload"
    label = "workload"
    verbose_name = "Pipelines"
