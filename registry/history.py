"""What the ledger says of a model or dataset together with its versions."""

from compliance.audit import name_actors
from compliance.audit.models import AuditEvent
from registry.models import Dataset, DatasetVersion, ModelVersion, RegisteredModel

_SHOWN_VERSIONS = 20


def history(parent: RegisteredModel | Dataset, limit: int = 30) -> list[AuditEvent]:
    """The newest rows about ``parent`` and its newest versions, newest first."""
    version_model = ModelVersion if isinstance(parent, RegisteredModel) else DatasetVersion
    versions = [str(key) for key in parent.versions.order_by("-number").values_list("pk", flat=True)[:_SHOWN_VERSIONS]]
    # Two short index ranges, each already in order; one query with OR would sort the whole lot.
    own = AuditEvent.objects.filter(target_type=parent._meta.label_lower, target_id=str(parent.pk))
    theirs = AuditEvent.objects.filter(target_type=version_model._meta.label_lower, target_id__in=versions)
    rows = [*own.order_by("-id")[:limit], *theirs.order_by("-id")[:limit]]
    rows.sort(key=lambda row: row.pk, reverse=True)
    name_actors(rows[:limit])
    return rows[:limit]
