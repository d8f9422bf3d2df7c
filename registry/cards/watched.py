"""What the database watches of cards."""

from compliance.audit.watching import watch

watch("cards.CardRevision", "model", "number", "risk_class", masked=["content"])
watch("cards.CardDraft", "model", "source", masked=["content"], recorded_about=["registry.registeredmodel"])
watch("cards.Explanation", "version", "method", masked=["features"], recorded_about=["registry.modelversion"])
watch("cards.ImpactAssessment", "model", "number", "risk_class", "decision", "signed_ref", "signed_at")
