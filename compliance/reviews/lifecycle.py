"""How long reviews are kept."""

from compliance.retention import keep

keep(
    "reviews.access",
    "Access reviews",
    "Kept: proof that access was looked through each month, by whom and with what result.",
    "reviews.AccessReview",
    "reviews.ReviewLine",
)
