"""Places outside from which dataset versions are read: named, with who may read there, and never written."""
