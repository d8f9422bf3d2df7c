"""The exceptions of this package: conditions that a person must resolve."""

from __future__ import annotations


class Sealed(Exception):
    """The key ring does not open: the web server may run to say so, and nothing else works."""


class CannotStart(Exception):
    """A portal cannot be set up or started; the message says what was found and what to do."""
