"""The clock of a request while the person is asked who they are."""

from django.utils import timezone

from ..models import SubjectRequest


def resume_clock(request: SubjectRequest) -> None:
    """Give the request the time for which it waited for the person; the caller saves ``due_at, waiting_since``."""
    if request.waiting_since is not None:
        request.due_at += timezone.now() - request.waiting_since
        request.waiting_since = None
