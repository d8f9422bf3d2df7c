"""Anonymising accounts that nobody uses any more."""

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet

from compliance.audit import Actor, record
from compliance.subjects.providers import Subject

from .audit_events import USER_RETIRED
from .models import User
from .personal_data import Account


def unused_since(moment: dt.datetime) -> QuerySet[User]:
    """Deactivated accounts of people whose last use was before ``moment`` and that still name somebody."""
    last_use = Q(last_login__lt=moment) | Q(last_login=None, date_joined__lt=moment)
    named = ~Q(username__startswith="erased-") | ~Q(email="")
    return User.objects.filter(last_use, named, is_active=False, is_service=False, is_superuser=False)


def retire_unused(moment: dt.datetime, *, actor: Actor) -> int:
    """Replace what names the person in each; returns of how many accounts."""
    count = 0
    for key in list(unused_since(moment).values_list("pk", flat=True)):
        with transaction.atomic():
            user = User.objects.select_for_update().filter(pk=key, is_active=False).first()
            if user is None:
                continue
            Account().erase(Subject(ref=user.username, account_ids=frozenset({user.pk})), actor=actor)
            record(USER_RETIRED, user, actor=actor)
            count += 1
    return count
