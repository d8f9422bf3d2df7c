"""What a model file would do when it is loaded, found out without loading it; and what the portal does with that."""
