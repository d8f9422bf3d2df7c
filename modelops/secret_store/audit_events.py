"""What the ledger records about secrets: never a value, never where it is read from."""

from compliance.audit import define

SECRET_SET = define(
    "secret_store.secret.stored",
    "stored the secret {name} ({kind})",
    "name",
    "kind",
    category="security",
    ocsf="entity.create",
)
SECRET_REPLACED = define(
    "secret_store.secret.replaced",
    "replaced the secret {name} ({kind})",
    "name",
    "kind",
    category="security",
    ocsf="entity.update",
)
SECRET_USED = define(
    "secret_store.secret.used",
    "handed the secret {name} to {by}",
    "name",
    "by",
    category="security",
    ocsf="entity.read",
)
SECRET_DELETED = define(
    "secret_store.secret.deleted", "deleted the secret {name}", "name", category="security", ocsf="entity.delete"
)
SECRET_VIEWED = define(
    "secret_store.secret.viewed",
    "looked at what the secret {name} is for",
    "name",
    category="security",
    ocsf="entity.read",
)
