"""How long aliases and their history are kept."""

from compliance.retention import keep

keep(
    "aliases.aliases",
    "Aliases and their moves",
    "Kept as long as the model: which version was in production when must stay provable.",
    "aliases.Alias",
    "aliases.AliasChange",
    "aliases.AliasPeriod",
)
