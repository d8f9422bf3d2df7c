"""What of the registers must not be readable in the database."""

from modelops.crypto.classified import sensitive

sensitive("registers.Consent.subject", "who agreed")
