"""Bundles: a version with everything that is known of it in one signed archive, written here and taken in."""
