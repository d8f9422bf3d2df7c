"""Data-subject requests and the officer's pages."""
