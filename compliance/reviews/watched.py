"""What the database watches of reviews."""

from compliance.audit.watching import watch

watch("reviews.AccessReview", "month", "signed_at", "signed_ref")
watch("reviews.ReviewLine", "review", "kind", "about_ref", "decision", recorded_about=["reviews.accessreview"])
