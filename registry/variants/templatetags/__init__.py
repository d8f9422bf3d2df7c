"""Tags of the variants card."""
