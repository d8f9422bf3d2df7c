"""What the database watches of requests by data subjects."""

from compliance.audit.watching import exempt, watch

watch(
    "subjects.SubjectRequest",
    "kind",
    "regime",
    "state",
    "received_at",
    "due_at",
    "identity_confirmed_at",
    "closed_at",
    masked=["subject_email", "subject_ref", "identity_note", "closing_note"],
    recorded_about=["keys.rotation"],  # which seals them under another key
)
watch("subjects.SubjectBundle", "request", "sha256", "expires_at", "removed_at")
exempt("A counter of references.", "subjects.ReferenceCounter")
