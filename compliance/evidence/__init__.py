"""Evidence of a period: what is due, figures from rows, and a signed file for auditors."""
