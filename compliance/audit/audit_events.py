"""What the ledger records about keys, which lie below it and cannot record by themselves."""

from .events import define

KEY_ACTIVATED = define(
    "crypto.key.activated", "activated key {purpose} version {version}", "purpose", "version", category="security"
)
