"""What the database watches of uses of superusers."""

from compliance.audit.watching import exempt, watch

watch("access.Emergency", "user", "ends_at", masked=["reason"])
exempt("Written with a release; the permissions of groups are watched themselves.", "access.RoleState")
