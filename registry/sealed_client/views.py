"""The page that tells how files are sealed on one's own machine."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from modelops.crypto.key_transport import present_recipient

from .client_file import NAME, client_sha256


@require_safe
@login_required
def sealed_client(request: HttpRequest) -> HttpResponse:
    """The client with its digest, the key it seals for with its fingerprint, and the commands."""
    context = {
        "recipient": present_recipient(),
        "client_name": NAME,
        "client_sha256": client_sha256(),
        "address": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "registry/sealed_client.html", context)
