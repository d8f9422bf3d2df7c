"""Portal pages of accounts."""
