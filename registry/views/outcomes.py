"""Words for what an action has found."""

from django.contrib import messages
from django.http import HttpRequest

from registry.replication.verifying import VersionVerification


def say_verification(request: HttpRequest, verification: VersionVerification) -> None:
    """A message with the outcome of reading a stored file back."""
    say = messages.success if verification.is_sound else messages.error
    word = "Sound" if verification.is_sound else "Not sound"
    say(request, f"{word}: {verification.reason} ({verification.duration_s:.1f} s)")
