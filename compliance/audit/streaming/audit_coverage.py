"""Which event tells of receivers."""

from ..coverage import admin_pages, model, route
from .audit_events import (
    RECEIVER_ADDED,
    RECEIVER_FAILED,
    RECEIVER_PAUSED,
    RECEIVER_RECOVERED,
    RECEIVER_REMOVED,
    RECEIVER_RESUMED,
    RECEIVER_TESTED,
)

_ONE = "admin/audit_streaming/receiver/<uuid:pk>/"

admin_pages("audit_streaming.Receiver", adds=RECEIVER_ADDED)
route(f"{_ONE}pause/", post=RECEIVER_PAUSED)
route(f"{_ONE}resume/", post=RECEIVER_RESUMED)
route(f"{_ONE}test/", post=RECEIVER_TESTED)
route(f"{_ONE}remove/", post=RECEIVER_REMOVED)

model(
    "audit_streaming.Receiver",
    RECEIVER_ADDED, RECEIVER_PAUSED, RECEIVER_RESUMED, RECEIVER_REMOVED, RECEIVER_FAILED, RECEIVER_RECOVERED,
)  # fmt: skip
