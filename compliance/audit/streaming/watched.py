"""What the database watches of receivers. How far each has come changes with every batch and is told by its page."""

from ..watching import watch

watch(
    "audit_streaming.Receiver",
    "name",
    "kind",
    "form",
    "options",
    "is_paused",
    masked=["sealed_secret"],
    recorded_about=["keys.rotation"],
)
