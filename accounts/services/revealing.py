"""Looking up who an account belongs to: what stands masked on its page, for a reason, told to the ledger first."""

from typing import NamedTuple

from django.db import transaction

from accounts.audit_events import PERSON_REVEALED
from accounts.models import User
from compliance.audit import Actor, record
from compliance.subjects.reveal_reasons import RevealReason
from modelops.lib.errors import Invalid


class Person(NamedTuple):
    """What an account says about its person."""

    first_name: str
    last_name: str
    email: str
    email_confirmed: bool


def reveal(user: User, reason: str, *, actor: Actor) -> Person:
    """Who ``user`` is. The look and its reason stand in the ledger, committed, before anything is given out.

    Raises Invalid for no known reason; when the ledger cannot be written nothing is shown.
    """
    if reason not in RevealReason.values:
        raise Invalid(f"Say why: {', '.join(RevealReason.values)}.", code="reveal.reason", field="reason")
    with transaction.atomic():
        record(PERSON_REVEALED, user, actor=actor, reason=RevealReason(reason).label.lower())
    return Person(user.first_name, user.last_name, user.email, user.email_confirmed_at is not None)
