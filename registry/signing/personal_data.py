"""What signatures say about people: the reason for which a key is trusted no longer is free text."""

from compliance.subjects.mentions import free_text

free_text("signing.TrustedKey", "revoked_because")
