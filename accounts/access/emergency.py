"""Break-glass: a superuser gives a reason before the first page, for one session and at most an hour."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actors import actor_of
from compliance.audit import record
from modelops.lib.errors import Invalid, NotAllowed

from .audit_events import EMERGENCY_BEGUN, EMERGENCY_ENDED
from .models import Emergency

LASTS = dt.timedelta(hours=1)
SHORTEST, LONGEST = 10, 500
# The use that this browser's session has begun; the session's payload is sealed.
SESSION_KEY = "_emergency"


class ReasonRequired(NotAllowed):
    """A superuser works without having said why."""

    code = "emergency.reason_required"

    def __init__(self) -> None:
        super().__init__(
            "A superuser passes every role, so each use of it has a reason. Give it in the portal, at "
            "/account/emergency/; it holds for an hour."
        )


@transaction.atomic
def begin(user: Any, session: Any, reason: str) -> Emergency:
    """Let ``user`` work as a superuser in ``session`` for an hour. Raises Invalid for a reason that says nothing."""
    reason = " ".join(reason.replace("\x00", "").split())
    if not SHORTEST <= len(reason) <= LONGEST:
        raise Invalid(
            f"A reason has {SHORTEST} to {LONGEST} characters; this one has {len(reason)}. Say what is to be done and "
            "why the roles do not reach.",
            code="emergency.reason",
            field="reason",
        )
    use = Emergency.objects.create(user=user, reason=reason, ends_at=timezone.now() + LASTS)
    session[SESSION_KEY] = str(use.pk)
    record(EMERGENCY_BEGUN, use, actor=actor_of(user), minutes=int(LASTS.total_seconds() // 60))
    return use


@transaction.atomic
def end(user: Any, session: Any) -> None:
    """End the use of this session; the next page asks for a reason again."""
    use = present(user, session)
    session.pop(SESSION_KEY, None)
    if use is not None:
        Emergency.objects.filter(pk=use.pk).update(ends_at=timezone.now())
        record(EMERGENCY_ENDED, use, actor=actor_of(user))


def present(user: Any, session: Any) -> Emergency | None:
    """The use that ``session`` has begun and that still holds."""
    try:
        pk = uuid.UUID(str(session.get(SESSION_KEY)))
    except ValueError:
        return None
    return Emergency.objects.filter(pk=pk, user=user, ends_at__gt=timezone.now()).first()


def require_present(user: Any) -> None:
    """Let a key or token of a superuser pass while a use of the account holds. Raises ReasonRequired.

    Programs cannot give a reason, so somebody gives it in the portal first.
    """
    if user.is_superuser and not Emergency.objects.filter(user=user, ends_at__gt=timezone.now()).exists():
        raise ReasonRequired
