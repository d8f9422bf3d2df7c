from django.apps import AppConfig


class RecoveringConfig(AppConfig):
    name = "accounts.recovering"
    label = "recovering"
    verbose_name = "Recovery of accounts"
