"""Requests that need a second person, and rotations with their steps and failures."""

from .approval import Action, Approval, ApprovalState
from .rotation import FINISHED, Rotation, RotationFailure, RotationRange, RotationState, RotationStep

__all__ = [
    "FINISHED",
    "Action",
    "Approval",
    "ApprovalState",
    "Rotation",
    "RotationFailure",
    "RotationRange",
    "RotationState",
    "RotationStep",
]
