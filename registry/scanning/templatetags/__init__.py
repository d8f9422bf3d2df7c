"""Tags of the scan card."""
