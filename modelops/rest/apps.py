from django.apps import AppConfig


class RestConfig(AppConfig):
    name = "modelops.rest"
    label = "rest"
