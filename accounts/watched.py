"""What the database watches of accounts."""

from compliance.audit.watching import exempt, watch

watch(
    "accounts.User",
    "is_superuser",
    "is_staff",
    "is_active",
    "is_service",
    masked=["username", "email", "first_name", "last_name", "password"],
)
watch("accounts.User.groups", "user", "group")
watch("accounts.User.user_permissions", "user", "permission")
watch(
    "accounts.ApiKey", "owner", "scopes", "networks", "expires_at", "revoked_at", masked=["name", "digest", "public_id"]
)
watch("accounts.Invitation", "user", "role", "expires_at", "accepted_at", "revoked_at", masked=["token_digest"])
watch("accounts.TOTPDevice", "user", "confirmed", masked=["sealed_seed"], recorded_about=["keys.rotation"])
watch("accounts.RecoveryCode", "user", "used_at", masked=["digest"])
exempt(
    "Written at every request or sign-in; signing in, out and revoking have events of their own.",
    "accounts.Session",
    "accounts.Device",
    "accounts.RefreshToken",
    "accounts.FailureCount",
    "accounts.Notice",
)
