"""What the database watches of reviews."""

from compliance.audit.watching import watch

watch("reviews.AccessReview", "month", "signed_at", "signed_ref", recorded_about=())
watch("reviews.ReviewLine", "review", "kind", "key", "decision", recorded_about=("review",))
