"""Tags of the promotion cards."""
