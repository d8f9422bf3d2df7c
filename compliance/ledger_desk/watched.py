"""What the database watches of the ledger's desk."""

from compliance.audit.watching import exempt

exempt("What a verification found; anybody can verify again, and each has an event.", "ledger_desk.Verification")
