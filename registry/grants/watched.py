"""What the database watches of who may see what."""

from compliance.audit.watching import watch

watch("grants.Grant", "model", "dataset", "user", "group", "level", "actions", "expires_at")
