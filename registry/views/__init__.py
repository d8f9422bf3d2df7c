"""Portal pages of the registry."""
