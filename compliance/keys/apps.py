from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "compliance.keys"
    label = "keys"
    verbose_name = "Key room"
