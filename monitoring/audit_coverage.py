"""Which event tells of drift runs, alerts and channels."""

from compliance.audit.coverage import Exempt, admin_pages, model, route
from modelops.secret_store.audit_events import SECRET_SET, SECRET_USED

from .alerts.audit_events import (
    ALERT_ACKNOWLEDGED,
    ALERT_COMMENTED,
    ALERT_ESCALATED,
    ALERT_OPENED,
    ALERT_OWNED,
    ALERT_RESOLVED,
    ALERT_SNOOZED,
    ALERT_VIEWED,
    CHAIN_CREATED,
    CHAIN_DISABLED,
    CHANNEL_CREATED,
    CHANNEL_DISABLED,
    CHANNEL_ENABLED,
    CHANNEL_REWORDED,
    CHANNEL_TESTED,
    CHANNEL_VIEWED,
    DELIVERY_ABANDONED,
    DELIVERY_FAILED,
    DELIVERY_REQUEUED,
    DELIVERY_SUCCEEDED,
    ROTA_COVERED,
    ROTA_CREATED,
    ROTA_DISABLED,
    ROTA_LEFT,
    RULE_CREATED,
    RULE_DISABLED,
    RULE_ENABLED,
    RULE_TRIED,
    RULE_VIEWED,
    SILENCE_CREATED,
    SILENCE_ENDED,
)
from .drift.audit_events import RUN_COMPLETED, RUN_REQUESTED, RUN_VIEWED

route("", get=Exempt.FIGURES)

route("drift/", get=Exempt.NAMES, post=Exempt.SAME_AS_GET)
route("drift/new/", get=Exempt.FORM, post=RUN_REQUESTED)
route("drift/<uuid:run_id>/", get=RUN_VIEWED, post=RUN_VIEWED)
route("api/v1/drift-runs/", get=Exempt.NAMES, post=RUN_REQUESTED)
route("api/v1/drift-runs/<uuid:run_id>/", get=RUN_VIEWED)

route("alerts/", get=Exempt.NAMES, post=Exempt.SAME_AS_GET)
route("alerts/<uuid:pk>/", get=ALERT_VIEWED, post=ALERT_VIEWED)
route("alerts/<uuid:pk>/acknowledge/", post=ALERT_ACKNOWLEDGED)
route("alerts/<uuid:pk>/resolve/", post=ALERT_RESOLVED)
route("alerts/channels/", get=Exempt.NAMES, post=Exempt.SAME_AS_GET)
route("alerts/channels/new/<slug:kind>/", get=Exempt.FORM, post=(CHANNEL_CREATED, SECRET_SET))
# Address and key of the receiver are secrets, each handed over by a row of its own.
_TESTED = (CHANNEL_TESTED, SECRET_USED)
route("alerts/channels/<uuid:pk>/test/", post=_TESTED)
route("alerts/channels/<uuid:pk>/enable/", post=CHANNEL_ENABLED)
route("alerts/channels/<uuid:pk>/disable/", post=CHANNEL_DISABLED)

for _start in ("", "api/v1/"):
    route(f"{_start}alerts/<uuid:pk>/snooze/", post=ALERT_SNOOZED)
    route(f"{_start}alerts/<uuid:pk>/take/", post=ALERT_OWNED)
    route(f"{_start}alerts/<uuid:pk>/comments/", post=ALERT_COMMENTED)
    route(f"{_start}alerts/deliveries/<uuid:pk>/redeliver/", post=DELIVERY_REQUEUED)

route("alerts/do/<str:token>/", get=Exempt.FORM, post=(ALERT_ACKNOWLEDGED,))
route("alerts/channels/<uuid:pk>/", get=CHANNEL_VIEWED, post=CHANNEL_VIEWED)
route("alerts/channel-texts/<uuid:pk>/", get=Exempt.FORM, post=CHANNEL_REWORDED)
route("alerts/rules/", get=Exempt.NAMES, post=Exempt.SAME_AS_GET)
route("alerts/rules/new/<slug:kind>/", get=Exempt.FORM, post=RULE_CREATED)
route("alerts/rules/<uuid:pk>/", get=RULE_VIEWED, post=RULE_VIEWED)
route("alerts/rules/<uuid:pk>/enable/", post=RULE_ENABLED)
route("alerts/rules/<uuid:pk>/disable/", post=RULE_DISABLED)
route("alerts/silences/", get=Exempt.NAMES, post=SILENCE_CREATED)
route("alerts/silences/<uuid:pk>/end/", post=SILENCE_ENDED)
route("alerts/escalations/", get=Exempt.NAMES, post=CHAIN_CREATED)
route("alerts/escalations/<uuid:pk>/disable/", post=CHAIN_DISABLED)

route("alerts/on-call/", get=Exempt.NAMES, post=ROTA_CREATED)
route("alerts/on-call/<uuid:pk>/cover/", post=ROTA_COVERED)
route("alerts/on-call/<uuid:pk>/disable/", post=ROTA_DISABLED)
route("api/v1/alert-rotas/", get=Exempt.NAMES, post=ROTA_CREATED)
route("api/v1/alert-rotas/<uuid:pk>/covers/", post=ROTA_COVERED)
route("api/v1/alert-rotas/<uuid:pk>/disable/", post=ROTA_DISABLED)

route("api/v1/alerts/", get=Exempt.NAMES, post=ALERT_OPENED)
route("api/v1/alerts/batch/", post=ALERT_OPENED)
route("api/v1/alert-rules/", get=Exempt.NAMES, post=RULE_CREATED)
route("api/v1/alert-rules/try/", post=RULE_TRIED)
route("api/v1/alert-rules/<uuid:pk>/", get=RULE_VIEWED)
route("api/v1/alert-rules/<uuid:pk>/enable/", post=RULE_ENABLED)
route("api/v1/alert-rules/<uuid:pk>/disable/", post=RULE_DISABLED)
route("api/v1/alert-silences/", get=Exempt.NAMES, post=SILENCE_CREATED)
route("api/v1/alert-silences/<uuid:pk>/end/", post=SILENCE_ENDED)
route("api/v1/alert-escalations/", get=Exempt.NAMES, post=CHAIN_CREATED)
route("api/v1/alert-escalations/<uuid:pk>/disable/", post=CHAIN_DISABLED)
route("api/v1/alerts/<uuid:pk>/", get=ALERT_VIEWED)
route("api/v1/alerts/<uuid:pk>/acknowledge/", post=ALERT_ACKNOWLEDGED)
route("api/v1/alerts/<uuid:pk>/resolve/", post=ALERT_RESOLVED)
route("api/v1/alert-channels/", get=Exempt.NAMES, post=(CHANNEL_CREATED, SECRET_SET))
route("api/v1/alert-channels/<uuid:pk>/", get=CHANNEL_VIEWED, patch=CHANNEL_REWORDED)
route("api/v1/alert-channels/<uuid:pk>/test/", post=_TESTED)
route("api/v1/alert-channels/<uuid:pk>/enable/", post=CHANNEL_ENABLED)
route("api/v1/alert-channels/<uuid:pk>/disable/", post=CHANNEL_DISABLED)

_ALERTING = ("Alert", "AlertChannel", "AlertDelivery", "AlertRule", "AlertSilence", "EscalationChain", "OnCallRota")
for _label in (*_ALERTING, "DriftRun", "DriftFeature"):
    admin_pages(f"monitoring.{_label}")

model("monitoring.DriftRun", RUN_REQUESTED, RUN_COMPLETED)
model("monitoring.DriftFeature", RUN_COMPLETED)
model(
    "monitoring.Alert",
    ALERT_OPENED,
    ALERT_ESCALATED,
    ALERT_ACKNOWLEDGED,
    ALERT_SNOOZED,
    ALERT_OWNED,
    ALERT_RESOLVED,
)
model("monitoring.AlertComment", ALERT_COMMENTED)
model("monitoring.AlertDecision", ALERT_OPENED, ALERT_ESCALATED)
model("monitoring.DeliveryAttempt", DELIVERY_SUCCEEDED, DELIVERY_FAILED, DELIVERY_ABANDONED, CHANNEL_TESTED)
model("monitoring.LinkUse", ALERT_ACKNOWLEDGED, ALERT_SNOOZED)
model("monitoring.AlertRule", RULE_CREATED, RULE_ENABLED, RULE_DISABLED)
model("monitoring.RuleState", exempt=Exempt.PROGRESS)
model("monitoring.AlertSilence", SILENCE_CREATED, SILENCE_ENDED)
model("monitoring.EscalationChain", CHAIN_CREATED, CHAIN_DISABLED)
model("monitoring.EscalationStep", CHAIN_CREATED)
model("monitoring.OnCallRota", ROTA_CREATED, ROTA_DISABLED)
model("monitoring.OnCallMember", ROTA_CREATED, ROTA_LEFT)
model("monitoring.OnCallCover", ROTA_COVERED, ROTA_LEFT)
model("monitoring.AlertOccurrence", exempt=Exempt.PROGRESS)
model("monitoring.AlertChannel", CHANNEL_CREATED, CHANNEL_REWORDED, CHANNEL_ENABLED, CHANNEL_DISABLED)
model("monitoring.ChannelSecret", CHANNEL_CREATED)
model("monitoring.AlertDelivery", ALERT_OPENED, CHANNEL_TESTED, DELIVERY_SUCCEEDED, DELIVERY_FAILED, DELIVERY_ABANDONED)
