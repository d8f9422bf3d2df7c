"""What the database watches of passkeys."""

from compliance.audit.watching import exempt, watch

watch(
    "passkeys.Passkey",
    "user",
    "confirmed",
    masked=["credential_digest", "sealed_credential", "name"],
    recorded_about=["keys.rotation"],
)
exempt("Digests of challenges that were answered; they expire within the hour.", "passkeys.SpentChallenge")
