"""Reading the ledger."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models

from .naming import name_actors

if TYPE_CHECKING:
    from .models import AuditEvent


def timeline(target: models.Model | tuple[str, str], limit: int = 50) -> "list[AuditEvent]":
    """The newest ``limit`` rows about one object, newest first."""
    kind, ref = target if isinstance(target, tuple) else (target._meta.label_lower, str(target.pk))
    events = apps.get_model("audit", "AuditEvent").objects.filter(target_type=kind, target_id=ref)
    rows = list(events.order_by("-id")[:limit])
    name_actors(rows)
    return rows
