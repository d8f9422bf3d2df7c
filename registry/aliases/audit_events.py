"""What the ledger records about aliases."""

from compliance.audit import define

ALIAS_SET = define(
    "aliases.alias.moved",
    "set the alias {alias} of {name} to version {version}",
    "name", "alias", "version", "before",
    category="model", ocsf="entity.move",
)  # fmt: skip
ALIAS_REFUSED = define(
    "aliases.alias.refused",
    "could not set the alias {alias} of {name} to version {version}: {gates}",
    "name", "alias", "version", "gates",
    category="model", ocsf="entity.move",
)  # fmt: skip
ALIAS_REMOVED = define(
    "aliases.alias.removed",
    "removed the alias {alias} of {name}",
    "name", "alias", "before",
    category="model", ocsf="entity.delete",
)  # fmt: skip
