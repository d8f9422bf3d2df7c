"""When rights were last used, by the rows of the ledger about a model or dataset and its versions."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Max, Q
from django.utils import timezone

from accounts.models import User
from compliance.audit.models import AuditEvent
from modelops.lib.ids import first_id_at
from registry.models import RegisteredModel

from .object_actions import actions_of
from .rules import Governed

LOOKED_BACK = dt.timedelta(days=365)
NEWEST_VERSIONS = 1000


def last_uses(governed: Governed, users: Iterable[User]) -> dict[tuple[str, str], dt.datetime]:
    """By account and action, the newest use within a year; of the newest 1,000 versions."""
    refs = [str(user.pk) for user in users]
    by_event = {event: action.key for action in actions_of(governed) for event in action.events}
    versions = governed.versions.order_by("-number").values_list("pk", flat=True)[:NEWEST_VERSIONS]
    whole, part = ("registeredmodel", "modelversion") if isinstance(governed, RegisteredModel) else (
        "dataset", "datasetversion",
    )  # fmt: skip
    about = Q(target_type=f"registry.{whole}", target_id=str(governed.pk)) | Q(
        target_type=f"registry.{part}", target_id__in=[str(pk) for pk in versions]
    )
    rows = (
        AuditEvent.objects.filter(about, pk__gte=first_id_at(timezone.now() - LOOKED_BACK))
        .filter(actor_ref__in=refs, name__in=list(by_event), outcome="success")
        .order_by()
        .values_list("actor_ref", "name")
        .annotate(last=Max("recorded_at"))
    )
    found: dict[tuple[str, str], dt.datetime] = {}
    for ref, name, last in rows:
        key = (ref, by_event[name])
        found[key] = max(found.get(key, last), last)
    return found
