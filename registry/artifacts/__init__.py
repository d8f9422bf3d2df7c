"""Sealed files: how they come in, where they lie, how they are opened and proven."""

from .access import open_artifact, verify_artifact, verify_stream

__all__ = ["open_artifact", "verify_artifact", "verify_stream"]
