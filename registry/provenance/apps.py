from django.apps import AppConfig


class ProvenanceConfig(AppConfig):
    name = "registry.provenance"
    label = "provenance"
    verbose_name = "Provenance"
