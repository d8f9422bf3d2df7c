"""What promotions say about people."""

from compliance.subjects.mentions import free_text
from compliance.subjects.providers import exempt

exempt("promotion.Promotion", "It names who asked by opaque id, as the ledger does, which is exported.")
exempt("promotion.PromotionApproval", "It names who approved by opaque id, as the ledger does, which is exported.")
# The payload repeats why failed gates are passed by; a request that still waits is then outdated, and asked for anew.
free_text("promotion.Promotion", "reason", "override_reason", "decision_reason", "payload")
