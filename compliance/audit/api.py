"""The ledger over REST: read only."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView

from .audit_events import LOG_READ
from .models import AuditEvent
from .reading import record_reading
from .searching import Search, matching
from .serializers import AuditEventOut

_FILTERS = {
    "name": "an action (registry.model.registered), or the beginning of several (registry.model)",
    "category": "security, data, model, system or privacy",
    "outcome": "success, denied or failure",
    "actor_ref": "the account's id, or the name of a part of the portal",
    "actor_kind": "user, service, system or anonymous",
    "target_type": "the kind of object, as `registry.modelversion`",
    "target_id": "the object's id",
    "request_id": "the request's id",
    "address": "one address, or its network (203.0.113.0/24)",
    "since": "the earliest moment (ISO 8601, UTC)",
    "until": "the moment before which",
    "words": "words of the details, all of them, whole",
}


@extend_schema_view(
    get=extend_schema(
        operation_id="audit_events_list",
        parameters=[
            OpenApiParameter(name, str, description=f"Only rows of: {words}.") for name, words in _FILTERS.items()
        ],
    )
)
class AuditEventsView(ListAPIView):
    """Audit events, newest first."""

    required_permissions = {"GET": "audit.view_auditevent"}
    serializer_class = AuditEventOut
    http_method_names = ["get", "head", "options"]

    def get_queryset(self) -> "QuerySet[AuditEvent]":
        asked = {name: self.request.query_params[name] for name in _FILTERS if name in self.request.query_params}
        search = Search.read({("actor" if name == "actor_ref" else name): text for name, text in asked.items()})
        found = matching(AuditEvent.objects.all(), search)
        record_reading(LOG_READ, request=self.request, filters=", ".join(sorted(asked)) or "all")
        return found
