"""Backups of the key ring for recovery recipients, and the drills that prove that they bring everything back."""
