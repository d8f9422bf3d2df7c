"""What the ledger says of one object, page by page; who merely looked stands there when it is asked for."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.http import HttpRequest

from .events import event_classes
from .naming import name_actors

PAGE = 25
_LOOKED = (".viewed", ".compared", ".listed")
# Reading that opens or gives out something is told among the acts.
_OPENED = (
    "registry.artifact.downloaded",
    "registry.artifact.opened",
    "registry.parameters.read",
    "subjects.bundle.downloaded",
    "subjects.request.subject_revealed",
    "subjects.request.person_searched",
    "secret_store.secret.used",
    "audit.export.started",
    "audit.log.read",
    "audit.personal.read",
)


def looks() -> list[str]:
    """Names of the events that tell of looking only."""
    return sorted(name for name in event_classes() if name.endswith(_LOOKED))


def reads() -> list[str]:
    """Names of all events of reading, also of what was opened or given out."""
    return sorted({*looks(), *_OPENED})


@dataclass(frozen=True, slots=True)
class Timeline:
    """Rows, newest first; addresses of the newer and the older ones, and of the same with and without who looked."""

    events: list[Any]
    previous_url: str
    next_url: str
    looks: bool
    switch_url: str


def timeline_page(request: HttpRequest, target: Model | tuple[str, str], *more: Any) -> Timeline:
    """The rows about ``target``, and about ``more``: a model class with the ids of objects that belong to it.

    Each kind is a range of an index, already in order; one query over all of them would sort the whole lot.
    """
    shows_looks = request.GET.get("events") == "all"
    kind, ref = target if isinstance(target, tuple) else (target._meta.label_lower, str(target.pk))
    abouts = [(kind, [ref]), *((model._meta.label_lower, [str(key) for key in keys]) for model, keys in more)]
    rows = apps.get_model("audit", "AuditEvent").objects.all()
    if not shows_looks:
        rows = rows.exclude(name__in=looks())
    before = _asked(request)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = [
        row
        for kind, refs in abouts
        for row in rows.filter(target_type=kind, target_id__in=refs).order_by("-id")[: PAGE + 1]
    ]
    found.sort(key=lambda row: row.pk, reverse=True)
    events = found[:PAGE]
    name_actors(events)
    return Timeline(
        events=events,
        previous_url=_url(request, events_before=None) if before is not None else "",
        next_url=_url(request, events_before=str(events[-1].pk)) if len(found) > PAGE else "",
        looks=shows_looks,
        switch_url=_url(request, events=None if shows_looks else "all", events_before=None),
    )


def _asked(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET["events_before"])
    except (KeyError, ValueError):
        return None


def _url(request: HttpRequest, **changes: str | None) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}#timeline"
