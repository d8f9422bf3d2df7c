"""The edge of the portal."""
