"""Trusting issuers, exchanging the tokens of their jobs, and checking what came of it."""
