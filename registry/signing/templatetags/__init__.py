"""Tags of the signature card."""
