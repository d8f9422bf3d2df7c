"""Ending sessions and API sign-ins."""

import uuid

from django.db import transaction
from django.utils import timezone

from accounts.audit_events import SESSION_DISPLACED, SESSION_REVOKED, TOKEN_REVOKED
from accounts.limits import sessions_at_once
from accounts.models import Device, RefreshToken, Session, User
from accounts.notices import notify
from compliance.audit import Actor, record


@transaction.atomic
def revoke_session(session: Session, *, actor: Actor) -> bool:
    """End one session with its next request; False when it was over already.

    Its device counts as new from now on: a later sign-in with it is told to the person.
    """
    ended = Session.objects.filter(pk=session.pk).live().update(revoked_at=timezone.now())
    if ended:
        Device.objects.filter(sessions=session).delete()
        record(SESSION_REVOKED, session.user or session, actor=actor, count=ended)
    return bool(ended)


@transaction.atomic
def revoke_other_sessions(user: User, keep: Session | None, *, actor: Actor) -> int:
    """End all sessions and API sign-ins of ``user`` but the session ``keep``; returns how many sessions ended."""
    ended = revoke_everything(user, keep=keep)
    Device.objects.filter(user=user).exclude(pk=keep.device_id if keep else None).delete()
    record(SESSION_REVOKED, user, actor=actor, count=ended)
    return ended


@transaction.atomic
def end_api_sign_in(user: User, family: uuid.UUID, *, actor: Actor) -> bool:
    """End one sign-in to the API, with all its tokens; False when ``user`` has no such one any more."""
    standing = RefreshToken.objects.filter(user=user, family=family, revoked_at=None, expires_at__gt=timezone.now())
    ended = standing.update(revoked_at=timezone.now())
    if ended:
        record(TOKEN_REVOKED, user, actor=actor)
    return bool(ended)


@transaction.atomic(savepoint=False)
def keep_newest(user: User, newest: Session, *, actor: Actor) -> int:
    """End the oldest sessions of ``user`` that are too many beside ``newest``; returns how many.

    The caller's transaction has written the account's row, as a sign-in does: its lock lets sign-ins at once count one
    after the other.
    """
    limit = sessions_at_once()
    others = Session.objects.filter(user=user).live().exclude(pk=newest.pk).order_by("-created_at")
    too_many = list(others.values_list("pk", flat=True)[limit - 1 :])
    ended = Session.objects.filter(pk__in=too_many, revoked_at=None).update(revoked_at=timezone.now())
    if ended:
        record(SESSION_DISPLACED, user, actor=actor, count=ended, limit=limit)
        notify(user, "sessions_displaced", limit=limit)
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
