"""Accounts that mail reaches, and what was mailed."""

import re

from django.core import mail
from django.utils import timezone

from accounts.models import User
from accounts.recovering.services import links
from tests.accounts.people import PASSWORD, make_user


def reachable(username: str = "scientist", role: str = "Data scientist") -> User:
    """An account with both factors and a confirmed address."""
    user = make_user(username, role, password=PASSWORD)
    user.email, user.email_confirmed_at = f"{username}@plover.example", timezone.now()
    user.save()
    return user


def mailed_link(to: str) -> str:
    """Let the worker mail what waits, and return the path of the newest link to an address."""
    links.send_due()
    message = [message for message in mail.outbox if message.to == [to]][-1]
    found = re.search(r"https?://[^/\s]+(/\S+)", str(message.body))
    assert found is not None
    return found.group(1)
