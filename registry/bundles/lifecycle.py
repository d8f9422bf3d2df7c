"""How long the origin of imported versions is kept."""

from compliance.retention import keep

keep(
    "bundles.imported",
    "Where imported versions come from",
    "Kept as long as their version: whose signature vouched for it must stay provable.",
    "bundles.ImportedBundle",
)
