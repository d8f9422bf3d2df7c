"""How long variants are kept."""

from compliance.retention import keep

keep("variants.variants", "Variants of model versions", "Kept as long as their version.", "variants.Variant")
