"""Uploads that nobody goes on with."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from .models import UploadSession
from .parts import remove_sessions

# Counted from the last change: an upload over a slow line lives as long as something of it arrives.
KEPT_FOR = timedelta(hours=24)


def expired() -> "QuerySet[UploadSession]":
    """Sessions whose time is over, also completed ones."""
    return UploadSession.objects.filter(expires_at__lte=timezone.now())


def remove_expired() -> int:
    """Remove them and their parts; returns how many. Safe to run twice and at any time."""
    return remove_sessions(expired())
