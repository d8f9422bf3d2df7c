from django.apps import AppConfig


class PasskeysConfig(AppConfig):
    name = "accounts.passkeys"
    label = "passkeys"
    verbose_name = "Passkeys"
