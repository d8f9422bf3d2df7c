from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "modelops.lib"
    label = "lib"
