"""Sealing: rows of the ledger become leaves of one Merkle tree, whose head is signed and kept outside the database."""
