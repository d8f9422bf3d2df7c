"""How long the key room keeps its rows."""

from compliance.retention import keep

keep(
    "keys.room",
    "Approvals and rotations of keys",
    "Kept: proof of who changed which key, with whom and why.",
    "keys.Approval",
    "keys.Rotation",
    "keys.RotationStep",
    "keys.RotationRange",
    "keys.RotationFailure",
)
