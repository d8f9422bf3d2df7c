"""Verifying a version from its page: done at once, or by a worker when its files are large."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from registry import services
from registry.models import DatasetVersion, ModelVersion
from registry.replication.verifying import enqueue_verification, is_large


def verify_and_say(request: HttpRequest, version: ModelVersion | DatasetVersion) -> HttpResponse:
    """Read every copy back and say what was found; of large files, show the job that does it."""
    if is_large(version):
        job = enqueue_verification(version, actor=request.actor)
        messages.info(request, "The files are large, so a worker reads them. The result is on the page of the version.")
        return redirect("jobs:detail", job.pk)
    verification = services.verify_version(version, actor=request.actor)
    say = messages.success if verification.is_sound else messages.error
    word = "Sound" if verification.is_sound else "Not sound"
    say(request, f"{word}: {verification.reason} ({verification.duration_s:.1f} s)")
    return redirect(version)
