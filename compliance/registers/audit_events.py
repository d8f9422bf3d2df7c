"""What the ledger records about the registers. Free text stays in the rows."""

from compliance.audit import define

ACTIVITY_ADDED = define(
    "registers.activity.added", "added a processing activity on the basis {basis}", "basis",
    category="privacy", ocsf="entity.create",
)  # fmt: skip
ACTIVITY_REVISED = define(
    "registers.activity.revised", "revised a processing activity to revision {revision}", "revision", "basis",
    category="privacy", ocsf="entity.update",
)  # fmt: skip
REGISTER_EXPORTED = define(
    "registers.register.exported", "exported the register of {register} as {form}: {rows} rows",
    "register", "form", "rows",
    category="privacy", ocsf="datastore.read",
)  # fmt: skip
CONSENT_GIVEN = define(
    "registers.consent.given", "recorded a consent to text {text_version}", "text_version", "activity",
    category="privacy", ocsf="entity.create",
)  # fmt: skip
CONSENT_WITHDRAWN = define(
    "registers.consent.withdrawn", "recorded that a consent was withdrawn", "activity",
    category="privacy", ocsf="entity.deactivate",
)  # fmt: skip
BREACH_OPENED = define(
    "registers.breach.opened", "opened a breach known since {known_at}; it is due at {due_at}", "known_at", "due_at",
    category="privacy", ocsf="entity.create",
)  # fmt: skip
BREACH_DECIDED = define(
    "registers.breach.decided", "decided a breach after {hours} hours: {state}", "hours", "state",
    category="privacy", ocsf="entity.update",
)  # fmt: skip
INCIDENT_OPENED = define(
    "registers.incident.opened", "opened an incident of severity {severity}", "severity",
    category="security", ocsf="entity.create",
)  # fmt: skip
INCIDENT_CLOSED = define(
    "registers.incident.closed", "closed an incident after {hours} hours", "hours",
    category="security", ocsf="entity.update",
)  # fmt: skip
LOG_WRITTEN = define(
    "registers.log.written", "wrote an entry into its log", category="security", ocsf="entity.update",
)  # fmt: skip
ITEM_ADDED = define(
    "registers.item.added", "added a {kind} that is due on {due_on}", "kind", "due_on",
    category="security", ocsf="entity.create",
)  # fmt: skip
ITEM_DONE = define(
    "registers.item.done", "recorded that a {kind} was done", "kind", category="security", ocsf="entity.update",
)  # fmt: skip
