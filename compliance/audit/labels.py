"""What an object was called when something happened to it, so that its row still says so when the object is gone."""

from django.db import models


def label_of(target: models.Model | tuple[str, str] | None) -> str:
    """The model's ``audit_label`` if it has one: the name of a thing, never of a person. Empty text without."""
    return str(getattr(target, "audit_label", "") or "")
