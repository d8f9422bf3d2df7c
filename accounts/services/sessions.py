"""Ending sessions and API sign-ins."""

from django.db import transaction
from django.utils import timezone

from accounts.audit_events import SESSION_REVOKED
from accounts.models import RefreshToken, Session, User
from compliance.audit import Actor, record


@transaction.atomic
def revoke_session(session: Session, *, actor: Actor) -> bool:
    """End one session with its next request; False when it was over already."""
    ended = Session.objects.filter(pk=session.pk).live().update(revoked_at=timezone.now())
    if ended:
        record(SESSION_REVOKED, session.user or session, actor=actor, count=ended)
    return bool(ended)


@transaction.atomic
def revoke_other_sessions(user: User, keep: Session | None, *, actor: Actor) -> int:
    """End all sessions and API sign-ins of ``user`` but the session ``keep``; returns how many sessions ended."""
    ended = revoke_everything(user, keep=keep)
    record(SESSION_REVOKED, user, actor=actor, count=ended)
    return ended


def revoke_everything(user: User, *, keep: Session | None = None) -> int:
    """End every session (but ``keep``) and API sign-in of ``user``, in the transaction of what makes it necessary."""
    now = timezone.now()
    sessions = Session.objects.filter(user=user, revoked_at=None)
    if keep is not None:
        sessions = sessions.exclude(pk=keep.pk)
    RefreshToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    return sessions.update(revoked_at=now)


def prune_sessions() -> int:
    """Delete sessions and refresh tokens that can never be used again; returns how many."""
    sessions = Session.objects.over().delete()[0]
    return sessions + RefreshToken.objects.filter(expires_at__lte=timezone.now()).delete()[0]
