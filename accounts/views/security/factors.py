"""The part of the page "Security" about what one signs in with."""

from typing import Any

from django.http import HttpRequest

from accounts.models import TOTPDevice

from .page import panel


@panel
def factors(request: HttpRequest) -> dict[str, Any]:
    """The authenticator and the recovery codes."""
    user = request.user
    return {
        "device": TOTPDevice.objects.filter(user=user, confirmed=True).first(),
        "recovery_left": user.recovery_codes.filter(used_at=None).count(),
    }
