"""How long it is kept what was known of dependencies."""

from compliance.retention import keep

keep(
    "supply_chain.rows",
    "Advisories, vulnerable packages and imported files",
    "Kept: what was known when, and how soon it was answered. Nothing of people.",
    "supply_chain.Advisory",
    "supply_chain.VulnerablePackage",
    "supply_chain.ImportedFile",
)
