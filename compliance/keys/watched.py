"""What the database watches of rotations."""

from compliance.audit.watching import exempt, watch

watch("keys.Approval", "action", "key", "reason", "state", "second_kind", "second_ref", "decided_at")
watch(
    "keys.Rotation", "purpose", "old_key", "new_key", "reason", "state", "second_kind", "second_ref",
)  # fmt: skip
exempt(
    "Progress of a rotation, written with every batch.",
    "keys.RotationStep",
    "keys.RotationRange",
    "keys.RotationFailure",
)
