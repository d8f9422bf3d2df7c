"""How long imported frameworks are kept."""

from compliance.retention import keep

keep(
    "evidence.catalogues",
    "Imported catalogues of controls",
    "Kept until another of the same name takes their place: what was asked for must stay readable.",
    "evidence.ControlCatalogue",
)
