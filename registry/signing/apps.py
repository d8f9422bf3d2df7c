from django.apps import AppConfig


class SigningConfig(AppConfig):
    name = "registry.signing"
    label = "signing"
    verbose_name = "Signatures"
