"""How long drift results and alerts are kept."""

from compliance.retention import keep

keep(
    "monitoring.drift",
    "Drift runs and their features",
    "Kept: the evidence behind alerts and decisions.",
    "monitoring.DriftRun",
    "monitoring.DriftFeature",
)
keep(
    "monitoring.alerts",
    "Alerts and their deliveries",
    "Kept: who was told what, and when.",
    "monitoring.Alert",
    "monitoring.AlertOccurrence",
    "monitoring.AlertDelivery",
    "monitoring.DeliveryAttempt",
    "monitoring.AlertDecision",
    "monitoring.AlertComment",
    "monitoring.LinkUse",
)
keep(
    "monitoring.channels",
    "Alert channels",
    "Kept until a channel is removed.",
    "monitoring.AlertChannel",
    "monitoring.ChannelSecret",
)
keep(
    "monitoring.on_call",
    "Who is on call",
    "Kept until somebody leaves the rota or their data is erased.",
    "monitoring.OnCallRota",
    "monitoring.OnCallMember",
    "monitoring.OnCallCover",
)
keep(
    "monitoring.alerting",
    "Alert rules, silences and escalation chains",
    "Kept until removed: they say why somebody was told, or was not.",
    "monitoring.AlertRule",
    "monitoring.RuleState",
    "monitoring.AlertSilence",
    "monitoring.EscalationChain",
    "monitoring.EscalationStep",
)
