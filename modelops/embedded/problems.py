"""The one exception of this package: a condition that a person must resolve."""

from __future__ import annotations


class CannotStart(Exception):
    """A portal cannot be set up or started; the message says what was found and what to do."""
