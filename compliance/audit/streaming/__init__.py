"""Rows of the ledger on their way to other systems: each receiver has a cursor, and gets every row in order."""
