"""What findings call a version: a posture and its alerts are read by people who may not know of every model."""

from django.urls import reverse

from .models import ModelVersion


def called(version: ModelVersion) -> str:
    """The version by name; of a restricted model the number only."""
    return f"[restricted model] v{version.number}" if version.model.is_restricted else str(version)


def page_of(version: ModelVersion) -> str:
    """An address without a name in it, which answers to who may see the version."""
    if version.model.is_restricted:
        return reverse("admin:registry_modelversion_change", args=[version.pk])
    return version.get_absolute_url()
