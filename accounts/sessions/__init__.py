"""The portal's own session engine."""
