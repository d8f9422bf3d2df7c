"""Small files that programs look for at fixed addresses."""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

_TEXT = "text/plain; charset=utf-8"
# RFC 9116 asks for less than a year. The end moves with the month, as long as the setting stands.
_STANDS_DAYS = 180


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type=_TEXT)


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116); 404 while no contact is set."""
    if not settings.MODELOPS_SECURITY_CONTACT:
        return HttpResponse("No contact is set.\n", status=404, content_type=_TEXT)
    month = dt.datetime.now(dt.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.MODELOPS_SECURITY_CONTACT}",
        f"Expires: {month + dt.timedelta(days=_STANDS_DAYS):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.MODELOPS_BASE_URL.rstrip('/')}{reverse('security-txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type=_TEXT)
