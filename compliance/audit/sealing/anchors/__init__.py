"""Places outside the database where checkpoints are kept: whoever rewrites the log cannot rewrite them too."""

from .base import Anchor, AnchorFailed
from .configured import configured_anchors

__all__ = ["Anchor", "AnchorFailed", "configured_anchors"]
