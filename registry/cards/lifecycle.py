"""How long cards are kept."""

from compliance.retention import keep

keep(
    "cards.cards",
    "Model cards, impact assessments and explanations",
    "Kept as long as the model or version: what was said about it when it was promoted must stay provable.",
    "cards.CardRevision",
    "cards.CardDraft",
    "cards.Explanation",
    "cards.ImpactAssessment",
)
