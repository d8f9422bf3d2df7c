"""Sessions in PostgreSQL that a thief of the database cannot use.

The row is found by a keyed digest of the cookie, so the table holds no session id; what the session remembers is JSON,
sealed and bound to its row, so nobody with write access can put another account into it, and nothing is unpickled.
"""

import datetime as dt
import json
import secrets
import uuid
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db.models import QuerySet
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.limits import idle_limit, longest_session
from accounts.models import Session, User
from modelops.crypto import envelope
from modelops.crypto.errors import DecryptionFailed, UnknownKey
from modelops.crypto.keyed import keyed_digest, keyed_digests
from modelops.crypto.purposes import Purpose

from . import reading

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
        # The account that it is about to belong to, where that is known: it needs not be read again.
        self.account: User | None = None
        self._written: tuple[str, str] | None = None
        # Whether a new id is written with the next `save`, in the caller's transaction, and not by itself.
        self.writes_id_when_saved = False
        # Whether this request ended the session, so that the browser is to forget its cookie.
        self.was_ended = False

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

    def cycle_key(self) -> None:
        """Go on under a new id, in the same row: its clocks run on, and the former id opens nothing from now on.

        Raises SessionInterrupted when another request has ended the session or changed its id meanwhile.
        """
        self._get_session()
        if self.row is None:
            return super().cycle_key()
        new = self._get_new_session_key()
        if self.writes_id_when_saved:
            self._session_key = new
            self.modified = True
            return None
        digest = _digest(new)
        if not _standing(self.row).update(key_digest=digest):
            raise SessionInterrupted("The session was ended or got a new id while this request was at work.")
        self.row.key_digest = digest
        self._session_key = new
        self.modified = True

    def flush(self) -> None:
        """End the session: what it remembers is gone, and so is its id."""
        super().flush()
        self.was_ended = True

    def abandon(self) -> None:
        """Forget what this request made of the session without touching its row; the browser forgets its cookie."""
        self._session_cache: dict[str, Any] = {}
        self._session_key = self.row = self._written = self.account = None
        self.writes_id_when_saved = self.modified = False
        self.was_ended = True

    def save(self, must_create: bool = False) -> None:
        """Write the session; raises UpdateError when it was ended, or got a new id, while this request was at work.

        A late request therefore neither revives a session nor overwrites what came with the new id.
        """
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)
        # The answer's middleware comes once more with what a view has written; a transaction that was rolled back
        # meanwhile leaves a cookie that opens nothing.
        text = json.dumps(data, separators=(",", ":"))
        if self.row is not None and self._written == (self.session_key, text):
            return
        row = self.row if not must_create else None
        if row is None:
            row = Session() if must_create else _find(self.session_key)
        if row is None:
            raise UpdateError
        self._fill(row, data, text)
        if must_create:
            row.key_digest = _digest(self.session_key)
            # No savepoint for an id that is taken: 256 random bits never are.
            row.save(force_insert=True)
        else:
            digest = _digest(self.session_key) if self.writes_id_when_saved else row.key_digest
            changed = _standing(row).update(
                key_digest=digest,
                sealed_payload=row.sealed_payload,
                user=row.user,
                device=row.device_id,
                factor_id=row.factor_id,
                ip_prefix=row.ip_prefix,
                browser=row.browser,
                amr=row.amr,
                created_at=row.created_at,
                expires_at=row.expires_at,
                idle_expires_at=row.idle_expires_at,
            )
            if not changed and self.writes_id_when_saved:
                raise SessionInterrupted("The session was ended or got a new id while this request was at work.")
            if not changed:
                raise UpdateError
            row.key_digest, self.writes_id_when_saved = digest, False
        self.row, self._written = row, (self.session_key, text)

    def _fill(self, row: Session, data: dict[str, Any], text: str) -> None:
        row.sealed_payload = envelope.seal(text.encode(), purpose=Purpose.SESSION, context=row_context(row))
        device = data.get(META_KEY) or {}
        row.ip_prefix, row.browser = device.get("network", ""), device.get("browser", "")
        row.amr, row.device_id = device.get("amr", []), device.get("id")
        row.factor_id = factor_id(data.get(DEVICE_ID_SESSION_KEY))
        owner = data.get(SESSION_KEY)
        if row.expires_at is None or (str(row.user_id) if row.user_id else None) != owner:
            # New, or just signed in: the clocks start now, with the limits of this account.
            now = timezone.now()
            row.user = self._owner(owner) if owner else None
            row.created_at = now
            row.expires_at = now + longest_session(row.user)
            row.idle_expires_at = now + idle_limit(row.user)

    def _owner(self, account_id: str) -> User | None:
        if self.account is not None and str(self.account.pk) == account_id:
            return self.account
        return User.objects.filter(pk=account_id).first()

    def delete(self, session_key: str | None = None) -> None:
        """Remove the row of an id, by default of this session."""
        key = session_key or self.session_key
        if key is None:
            return
        row = self.row if self.row is not None and key == self.session_key else _find(key)
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
    row = reading.find(_digest(session_key))
    if row is not None:
        return row
    # Made before the key was rotated; rare, so only a miss pays for it.
    older = keyed_digests(Purpose.SESSION, _CONTEXT, session_key.encode())[1:]
    return next(filter(None, map(reading.find, older)), None)


def factor_id(persistent_id: str | None) -> uuid.UUID | None:
    """The row that django-otp's id of a factor names ("accounts.totpdevice/1234": a UUID as a number)."""
    number = (persistent_id or "").rpartition("/")[2]
    return uuid.UUID(int=int(number)) if number.isdecimal() and int(number) < 2**128 else None


def _digest(session_key: str) -> bytes:
    return keyed_digest(Purpose.SESSION, _CONTEXT, session_key.encode())


def _standing(row: Session) -> "QuerySet[Session]":
    """The row as it was read: neither revoked nor under another id."""
    return Session.objects.filter(pk=row.pk, revoked_at=None, key_digest=row.key_digest)
