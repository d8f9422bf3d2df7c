"""What the ledger knows about people: sealed beside it under each person's own key, and erasable."""
