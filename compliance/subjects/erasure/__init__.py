"""Erasing a person: preview, four eyes, the work itself, a sweep that proves it, and a signed certificate."""
