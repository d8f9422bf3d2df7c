"""Digests of mailed links are made under the ring and run out."""

from django.utils import timezone

from accounts.sealed_data import made_under
from modelops.crypto.protected import protect_digests
from modelops.crypto.purposes import Purpose

from .models import MailedLink

protect_digests(
    "recovering.MailedLink.token_digest",
    purpose=Purpose.API_KEY,
    needing=lambda key: made_under(
        MailedLink.objects.filter(
            token_digest__isnull=False, used_at=None, revoked_at=None, expires_at__gt=timezone.now()
        ),
        key,
    ),
    runs_out="Links that were mailed end within days.",
)
