"""What the database watches of retention."""

from compliance.audit.watching import callable_by_application, watch

callable_by_application("audit_purge_month(text, integer)")

watch("retention.RetentionPolicy", "data_class", "days", "action", "archive_days", "held_at")
watch(
    "retention.PolicyChange", "policy", "days", "action", "state", "second_kind", "second_ref",
    recorded_about=["retention.retentionpolicy"],
)  # fmt: skip
watch("retention.RetentionRun", "is_executed", "finished_at", recorded_about=["retention.class"])
