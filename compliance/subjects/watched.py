"""What the database watches of requests by data subjects."""

from compliance.audit.watching import exempt, watch

watch(
    "subjects.SubjectRequest",
    "kind",
    "regime",
    "state",
    "received_at",
    "due_at",
    "waiting_since",
    "extended_at",
    "identity_confirmed_at",
    "closed_at",
    masked=["subject_email", "subject_ref", "identity_note", "extension_note", "closing_note"],
    recorded_about=["keys.rotation"],  # which seals them under another key
)
watch("subjects.SubjectBundle", "request", "sha256", "expires_at", "removed_at")
exempt("A counter of references.", "subjects.ReferenceCounter")
watch(
    "subjects.ErasurePlan",
    "request",
    "state",
    "fingerprint",
    "planned_by",
    "approved_by",
    "swept_at",
    recorded_about=["subjects.subjectrequest"],
)
watch("subjects.ErasureStep", "plan", "provider", "state", "erased", recorded_about=["subjects.subjectrequest"])
watch("subjects.ModelImpact", "plan", "label", "decision", recorded_about=["subjects.subjectrequest"])
watch("subjects.LegalHold", "data_class", "recheck_on", "lifted_at")
watch("subjects.IdentityCheck", "request", "tries", "ended_at", recorded_about=["subjects.subjectrequest"])
watch(
    "subjects.BundleDelivery",
    "bundle",
    "tries",
    "fetched_at",
    "ended_at",
    recorded_about=["subjects.subjectrequest"],
)
watch("subjects.ErasureDrill", "ran_at", "outcome", "code", "found")
