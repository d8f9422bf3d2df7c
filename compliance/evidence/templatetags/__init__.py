"""Tags of the officer's first page."""
