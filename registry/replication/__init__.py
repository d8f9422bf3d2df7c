"""Copies of sealed files in several locations: made, read, verified, repaired and compared with the rows."""
