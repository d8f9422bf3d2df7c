"""How long promotions are kept."""

from compliance.retention import keep

keep(
    "promotion.promotions",
    "Promotions, their approvals and policies",
    "Kept as long as the model: who approved what is in production, past which gates, must stay provable.",
    "promotion.Promotion",
    "promotion.PromotionApproval",
    "promotion.PromotionPolicy",
)
