"""How long data sources, and what was read from them, are kept."""

from compliance.retention import keep

keep("sources.sources", "Data sources", "Kept: imports refer to them.", "sources.DataSource")
keep(
    "sources.imports",
    "Imports of dataset versions",
    "Kept with their dataset: where a version comes from must stay provable.",
    "sources.DataImport",
)
