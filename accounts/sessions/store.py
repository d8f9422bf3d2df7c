"""Sessions in PostgreSQL that a thief of the database cannot use.

The row is found by a keyed digest of the cookie, so the table holds no session id; what the session remembers is JSON,
sealed and bound to its row, so nobody with write access can put another account into it, and nothing is unpickled.
"""

import datetime as dt
import json
import secrets
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.limits import idle_limit, longest_session
from accounts.models import Session, User
from modelops.crypto import envelope
from modelops.crypto.errors import DecryptionFailed, UnknownKey
from modelops.crypto.keyed import keyed_digest, keyed_digests
from modelops.crypto.purposes import Purpose

_CONTEXT = b"accounts.session"
# Where the browser and its network stand in the session's data; `save` copies them to columns.
META_KEY = "_device"
# "Last seen" is written at most this often: most requests read the session and write nothing.
_TOUCH_AFTER = dt.timedelta(seconds=60)


class SessionStore(SessionBase):
    """Django's session protocol over `accounts.Session`."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row: Session | None = None

    @property
    def current_row(self) -> Session | None:
        """The row of this session, or None while it is empty."""
        self._get_session()
        return self.row

    def load(self) -> dict[str, Any]:
        """What the session remembers; empty, under a new id, when it is over, revoked or damaged."""
        row = _find(self.session_key or "")
        if row is None or not row.is_live:
            self._session_key = None
            return {}
        try:
            payload = envelope.unseal(bytes(row.sealed_payload), purpose=Purpose.SESSION, context=row_context(row))
        except (DecryptionFailed, UnknownKey):
            self._session_key = None
            return {}
        self.row = row
        self._touch(row)
        return json.loads(payload)

    def _touch(self, row: Session) -> None:
        now = timezone.now()
        if now - row.last_seen_at < _TOUCH_AFTER:
            return
        row.last_seen_at = now
        row.idle_expires_at = min(now + idle_limit(row.user), row.expires_at)
        Session.objects.filter(pk=row.pk, revoked_at=None).update(
            last_seen_at=row.last_seen_at, idle_expires_at=row.idle_expires_at
        )

    def exists(self, session_key: str) -> bool:
        """Whether there is a row for the id."""
        return _find(session_key) is not None

    def _get_new_session_key(self) -> str:
        return secrets.token_urlsafe(32)

    def create(self) -> None:
        """Begin an empty session under a new id."""
        self._session_key = self._get_new_session_key()
        self.row = None
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Write the session; raises UpdateError when it was ended meanwhile: a late request does not revive it."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)
        row = self.row if not must_create else None
        if row is None:
            row = Session() if must_create else _find(self.session_key)
        if row is None:
            raise UpdateError
        self._fill(row, data)
        if must_create:
            row.key_digest = keyed_digest(Purpose.SESSION, _CONTEXT, self.session_key.encode())
            try:
                with transaction.atomic():
                    row.save(force_insert=True)
            except IntegrityError:
                raise CreateError from None
        else:
            changed = Session.objects.filter(pk=row.pk, revoked_at=None).update(
                sealed_payload=row.sealed_payload,
                user=row.user,
                ip_prefix=row.ip_prefix,
                browser=row.browser,
                amr=row.amr,
                expires_at=row.expires_at,
                idle_expires_at=row.idle_expires_at,
            )
            if not changed:
                raise UpdateError
        self.row = row

    def _fill(self, row: Session, data: dict[str, Any]) -> None:
        payload = json.dumps(data, separators=(",", ":")).encode()
        row.sealed_payload = envelope.seal(payload, purpose=Purpose.SESSION, context=row_context(row))
        device = data.get(META_KEY) or {}
        row.ip_prefix, row.browser = device.get("network", ""), device.get("browser", "")
        row.amr = device.get("amr", [])
        owner = data.get(SESSION_KEY)
        if row.expires_at is None or (str(row.user_id) if row.user_id else None) != owner:
            # New, or just signed in: the clocks start now, with the limits of this account.
            now = timezone.now()
            row.user = User.objects.filter(pk=owner).first() if owner else None
            row.expires_at = now + longest_session(row.user)
            row.idle_expires_at = now + idle_limit(row.user)

    def delete(self, session_key: str | None = None) -> None:
        """Remove the row of an id, by default of this session."""
        key = session_key or self.session_key
        if key is None:
            return
        row = _find(key)
        if row is not None:
            Session.objects.filter(pk=row.pk).delete()
        if key == self.session_key:
            self.row = None

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Seconds until the session ends whatever happens; the cookie lives as long."""
        ends = self.row.expires_at if self.row else timezone.now() + longest_session(None)
        return max(0, int((ends - timezone.now()).total_seconds()))

    @classmethod
    def clear_expired(cls) -> None:
        """Delete the rows of sessions that are over."""
        Session.objects.over().delete()


def row_context(row: Session) -> bytes:
    """What the payload is sealed for: this row alone."""
    return _CONTEXT + b":" + str(row.pk).encode()


def _find(session_key: str) -> Session | None:
    if not session_key:
        return None
    rows = Session.objects.select_related("user")
    value = session_key.encode()
    row = rows.filter(key_digest=keyed_digest(Purpose.SESSION, _CONTEXT, value)).first()
    if row is None:
        # Made before the key was rotated; rare, so only a miss pays for it.
        row = rows.filter(key_digest__in=keyed_digests(Purpose.SESSION, _CONTEXT, value)[1:]).first()
    return row
