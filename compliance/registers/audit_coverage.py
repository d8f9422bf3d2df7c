"""Which event tells of the registers."""

from compliance.audit.audit_events import ADMIN_OBJECT_VIEWED
from compliance.audit.coverage import Exempt, admin_pages, model, route

from . import audit_events as events

_A = "admin/registers/"

for _label, _added in {
    "ProcessingActivity": events.ACTIVITY_ADDED,
    "Breach": events.BREACH_OPENED,
    "Incident": events.INCIDENT_OPENED,
    "RegisterItem": events.ITEM_ADDED,
}.items():
    admin_pages(f"registers.{_label}", opened=Exempt.NAMES, adds=_added)
admin_pages("registers.Consent", opened=ADMIN_OBJECT_VIEWED, adds=events.CONSENT_GIVEN)
for _name in ("processingactivity", "breach", "incident"):
    route(f"{_A}{_name}/export/<slug:form>/", get=events.REGISTER_EXPORTED)
route(f"{_A}processingactivity/<uuid:pk>/revise/", post=events.ACTIVITY_REVISED)
route(f"{_A}consent/<uuid:pk>/withdraw/", post=events.CONSENT_WITHDRAWN)
route(f"{_A}breach/<uuid:pk>/decide/", post=events.BREACH_DECIDED)
route(f"{_A}breach/<uuid:pk>/log/", post=events.LOG_WRITTEN)
route(f"{_A}incident/<uuid:pk>/log/", post=events.LOG_WRITTEN)
route(f"{_A}incident/<uuid:pk>/close/", post=events.INCIDENT_CLOSED)
route(f"{_A}registeritem/<uuid:pk>/done/", post=events.ITEM_DONE)

_API = "api/v1/"
route(f"{_API}processing-activities/", get=Exempt.NAMES, post=events.ACTIVITY_ADDED)
route(f"{_API}processing-activities/export/", get=events.REGISTER_EXPORTED)
route(f"{_API}processing-activities/<uuid:pk>/revise/", post=events.ACTIVITY_REVISED)
route(f"{_API}processing-activities/<uuid:pk>/without-consent/", get=Exempt.NAMES)
route(f"{_API}consents/", get=Exempt.NAMES, post=events.CONSENT_GIVEN)
route(f"{_API}consents/withdraw/", post=events.CONSENT_WITHDRAWN)
route(f"{_API}breaches/", get=Exempt.NAMES, post=events.BREACH_OPENED)
route(f"{_API}breaches/export/", get=events.REGISTER_EXPORTED)
route(f"{_API}breaches/<uuid:pk>/decide/", post=events.BREACH_DECIDED)
route(f"{_API}breaches/<uuid:pk>/log/", post=events.LOG_WRITTEN)

model("registers.ProcessingActivity", events.ACTIVITY_ADDED, events.ACTIVITY_REVISED)
model("registers.Consent", events.CONSENT_GIVEN, events.CONSENT_WITHDRAWN)
model("registers.Breach", events.BREACH_OPENED, events.BREACH_DECIDED)
model("registers.Incident", events.INCIDENT_OPENED, events.INCIDENT_CLOSED)
model("registers.LogEntry", events.LOG_WRITTEN)
model("registers.RegisterItem", events.ITEM_ADDED, events.ITEM_DONE)
