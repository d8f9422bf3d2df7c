"""What of the ledger leaves the portal as a file: rows with their proofs, signed, and figures of a period."""
