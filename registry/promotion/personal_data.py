"""What promotions say about people."""

from compliance.subjects.providers import exempt

exempt("promotion.Promotion", "It names who asked by opaque id, as the ledger does, which is exported.")
exempt("promotion.PromotionApproval", "It names who approved by opaque id, as the ledger does, which is exported.")
