"""Alerts about data that not everybody may know of: a title names its dataset."""

from typing import Any

from django.apps import apps
from django.db.models import Q

# What raises alerts by itself, with the model behind the kind of source.
_SOURCES = {"monitoring.driftrun": ("monitoring", "DriftRun"), "dataquality.qualityrun": ("dataquality", "QualityRun")}


def about_hidden(user: Any, prefix: str = "") -> Q:
    """The condition of alerts about runs whose datasets ``user`` may not know of; ``prefix`` leads to the alert."""
    condition = Q(pk__in=[])
    for source_type, model in _SOURCES.items():
        runs = apps.get_model(*model)._default_manager.hidden_from(user).order_by().values("pk")
        condition |= Q(**{f"{prefix}source_type": source_type, f"{prefix}source_id__in": runs})
    return condition
