"""What the database watches of drift monitors."""

from compliance.audit.watching import exempt, watch

watch("monitors.DriftMonitor", "name", "reference", "dataset", "features", "segments", "every_s", "is_enabled")
watch("monitors.MonitorPolicy", "monitor", "number", "policy")
watch("monitors.AcceptedDrift", "monitor", "feature", "effect", "until")
exempt("Written with the run, whose beginning has an event.", "monitors.MonitorRun")
exempt("Written with the verdict of the run, which has an event.", "monitors.RunSegment")
exempt(
    "Measured from an immutable version; that it was has an event.",
    "monitors.ReferenceProfile",
    "monitors.ProfileColumn",
)
