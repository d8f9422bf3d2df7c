"""What the database watches of monitoring."""

from compliance.audit.watching import exempt, watch

watch(
    "monitoring.AlertChannel",
    "kind",
    "enabled",
    "minimum_severity",
    "verified_at",
    masked=["name", "destination", "sealed_config", "texts"],
    recorded_about=["keys.rotation", "monitoring.alert"],  # each delivery of an alert says when the channel worked
)
watch("monitoring.ChannelSecret", "channel", "setting", "secret")
watch("monitoring.AlertRule", "series", "operator", "threshold", "severity", "enabled", masked=["name", "params"])
watch("monitoring.AlertSilence", "starts_at", "ends_at", masked=["reason", "matchers", "while_matchers"])
watch("monitoring.EscalationChain", "minimum_severity", "enabled", masked=["name", "matchers"])
watch("monitoring.EscalationStep", "chain", "channel", "after_s")
watch("monitoring.OnCallRota", "starts_on", "hands_over_at", "timezone", "enabled", masked=["name"])
watch("monitoring.OnCallMember", "rota", "position", masked=["user"])
watch("monitoring.OnCallCover", "rota", "starts_at", "ends_at", masked=["user"])
exempt(
    "Results: triggers refuse every change of a finished run; its beginning and end have events.",
    "monitoring.DriftRun",
    "monitoring.DriftFeature",
)
exempt(
    "Opened and counted up by looks at rows, many at a time; what people do with an alert has events.",
    "monitoring.Alert",
    "monitoring.AlertOccurrence",
    "monitoring.AlertDelivery",
    "monitoring.DeliveryAttempt",
    "monitoring.AlertDecision",
    "monitoring.AlertComment",
    "monitoring.LinkUse",
    "monitoring.RuleState",
)
