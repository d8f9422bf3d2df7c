"""Telling owners in time that an API key ends."""

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import ApiKey
from accounts.notices import notify

TOLD_BEFORE = dt.timedelta(days=7)


def tell_of_ends() -> int:
    """Tell of live keys that end within a week and have no successor, each once; returns how many.

    A key that was never to last longer than that needs no reminder.
    """
    now = timezone.now()
    soon = ApiKey.objects.live().filter(end_noticed_at=None, expires_at__lte=now + TOLD_BEFORE, successors=None)
    told = 0
    for key in soon.filter(expires_at__gt=F("created_at") + TOLD_BEFORE).select_related("owner")[:1000]:
        with transaction.atomic():
            if ApiKey.objects.filter(pk=key.pk, end_noticed_at=None).update(end_noticed_at=now):
                notify(key.owner, "api_key_ends", name=key.name, until=f"{key.expires_at:%Y-%m-%d %H:%M} UTC")
                told += 1
    return told
