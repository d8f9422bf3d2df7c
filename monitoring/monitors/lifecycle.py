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
    "monitors.RunSegment",
)
keep(
    "monitors.profiles",
    "Profiles of reference data",
    "Kept as long as the dataset version that they are of.",
    "monitors.ReferenceProfile",
    "monitors.ProfileColumn",
)
