"""The ledger over REST: read only."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView

from modelops.lib.errors import Invalid

from .events import event_classes
from .models import AuditEvent, Outcome
from .serializers import AuditEventOut

_FILTERS = ("name", "category", "outcome", "actor_ref", "target_type", "target_id", "request_id")


@extend_schema_view(
    get=extend_schema(
        operation_id="audit_events_list",
        parameters=[OpenApiParameter(name, str, description=f"Only rows with this {name}.") for name in _FILTERS],
    )
)
class AuditEventsView(ListAPIView):
    """Audit events, newest first."""

    required_permissions = {"GET": "audit.view_auditevent"}
    serializer_class = AuditEventOut
    http_method_names = ["get", "head", "options"]

    def get_queryset(self) -> "QuerySet[AuditEvent]":
        asked = {name: self.request.query_params[name] for name in _FILTERS if name in self.request.query_params}
        if asked.get("outcome", "success") not in Outcome.values:
            raise Invalid(f"The outcome is one of {', '.join(Outcome.values)}.", field="outcome")
        if "name" in asked and asked["name"] not in event_classes():
            raise Invalid(f"There is no event {asked['name'][:100]!r}.", code="event.unknown", field="name")
        return AuditEvent.objects.filter(**asked)
