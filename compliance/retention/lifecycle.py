"""Classes of the floors below, which cannot declare any themselves."""

from .classes import keep

keep(
    "audit.events",
    "Audit log",
    "Kept: proof of what was done. It holds references and no personal values.",
    "audit.AuditEvent",
)
keep("crypto.keys", "Key ring", "Kept as long as anything is sealed under them.", "crypto.KeyVersion")
keep("jobs.history", "Jobs", "Kept: what was asked for, by whom, and how it ended.", "jobs.Job")
keep("jobs.schedule", "Schedule", "Kept: what runs by the clock and how the last run went.", "jobs.ScheduleEntry")
keep("secret_store.secrets", "Secrets", "Kept until somebody deletes them.", "secret_store.StoredSecret")
