from django.apps import AppConfig


class SecretStoreConfig(AppConfig):
    name = "modelops.secret_store"
    label = "secret_store"
    verbose_name = "Secrets"
