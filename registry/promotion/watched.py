"""What the database watches of promotions."""

from compliance.audit.watching import watch

watch(
    "promotion.Promotion", "model", "number", "alias", "payload_digest", "approvals_needed", "state", "requester_ref",
    "decided_at",
)  # fmt: skip
watch(
    "promotion.PromotionApproval",
    "promotion",
    "approver_ref",
    "payload_digest",
    recorded_about=["registry.registeredmodel"],
)
watch(
    "promotion.PromotionPolicy", "model", "revision", "approvals", "alias_approvals", "min_quality", "metric_tolerance",
    "requires_card", "blocks_on_alerts",
)  # fmt: skip
