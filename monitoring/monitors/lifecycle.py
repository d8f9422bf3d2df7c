"""How long drift monitors are kept."""

from compliance.retention import keep

keep(
    "monitors.monitors",
    "Drift monitors, their policies and accepted drift",
    "Kept: why an alert was raised, or was not.",
    "monitors.DriftMonitor",
    "monitors.MonitorPolicy",
    "monitors.AcceptedDrift",
    "monitors.MonitorRun",
)
