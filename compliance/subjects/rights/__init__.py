"""Rectification, restriction, objection and the review of an automated decision: what each does in the portal."""
