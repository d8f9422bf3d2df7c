from django.apps import AppConfig


class ThrottlingConfig(AppConfig):
    name = "modelops.throttling"
    label = "throttling"
