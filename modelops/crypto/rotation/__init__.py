"""Moving what is under older keys of a purpose to the active one, in batches that are safe to repeat.

Each kind of data has a `Move`; who runs the batches, counts and pauses is ``compliance.keys``.
"""

from .base import Batch, Failure, Move
from .moves import moves_of

__all__ = ["Batch", "Failure", "Move", "moves_of"]
