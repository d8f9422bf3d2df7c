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
)
keep(
    "monitoring.channels",
    "Alert channels",
    "Kept until a channel is removed.",
    "monitoring.AlertChannel",
    "monitoring.ChannelSecret",
)
