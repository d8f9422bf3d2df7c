"""Which event tells of reviews."""

from compliance.audit.coverage import admin_pages, model, route

from .audit_events import LINE_DECIDED, REVIEW_OPENED, REVIEW_SIGNED

_ONE = "admin/reviews/accessreview/<uuid:pk>/"

admin_pages("reviews.AccessReview", strict=True)
route(f"{_ONE}lines/<uuid:line>/", post=LINE_DECIDED)
route(f"{_ONE}sign/", post=REVIEW_SIGNED)

model("reviews.AccessReview", REVIEW_OPENED, REVIEW_SIGNED)
model("reviews.ReviewLine", REVIEW_OPENED, LINE_DECIDED)
