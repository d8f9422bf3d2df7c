"""Dumps of the database that only recovery recipients can open, sealed while they are made."""
