"""Template tags of the officer's pages."""
