"""What the database watches of key backups and drills."""

from compliance.audit.watching import watch

watch("escrow.KeyBackup", "made_at", "sha256", "root_key_id")
watch("escrow.RestoreDrill", "ran_at", "outcome", "code")
