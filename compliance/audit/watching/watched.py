"""What is watched of the floors below the ledger, which cannot declare anything, and of the ledger's own tables."""

from . import append_only, exempt, sealed, watch

append_only("audit.AuditEvent")
sealed(
    "audit_sealing.Leaf",
    "audit_sealing.Tile",
    "audit_sealing.Seal",
    "audit_sealing.CheckpointKey",
    "audit_sealing.Checkpoint",
    "audit_sealing.Anchoring",
    "audit_sealing.SealerState",
    "audit_sealing.PurgedMonth",
)
exempt("Made with the first row that seals something under it; erasing one has an event.", "audit_personal.SubjectKey")
exempt(
    "Sealed beside rows of the ledger that commit to it by a hash: verification tells of one that was changed.",
    "audit_personal.Payload",
)
watch(
    "crypto.KeyVersion",
    "name",
    "purpose",
    "version",
    "state",
    "owner",
    "max_age_days",
    "provider",
    "root_key_id",
    "destroy_after",
    masked=["wrapped", "fingerprint"],
)
watch("auth.Group", "name")
watch("auth.Group.permissions", "group", "permission")
watch("auth.Permission", "codename", "content_type")
exempt("Made from rows of the ledger, and can be made again.", "audit_watching.RowWords")
exempt("Names of the tables that exist, written by migrations.", "contenttypes.ContentType")
exempt("Unused: the admin's changes are rows of the ledger.", "admin.LogEntry")
