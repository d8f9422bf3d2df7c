"""The column keys in a PostgreSQL session: how they get there without standing in any statement.

A key that is a parameter of a statement stands in the server's log as soon as somebody turns on
``log_min_duration_statement``, ``log_statement`` or auto_explain. So no statement carries one:

1. the server makes a secret and answers with it (`modelops_session_begin`); answers are never logged;
2. the client sends keys encrypted under that secret (`modelops_session_keys`), which then is forgotten;
3. the SQL functions take the keys from settings of the session, which other sessions cannot see.

The values that are written travel encrypted as well, under a key of this process that is among those keys.
"""

import base64
import hashlib
import os
import re
import uuid
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from django.core.exceptions import FieldError
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.views.decorators.debug import sensitive_variables

from .errors import DecryptionFailed, UnknownKey
from .keyring import Key, keyring
from .models import KeyVersion
from .purposes import Purpose
from .states import KeyState

NOT_COMPARABLE = "modelops_encrypted("
"""Stands around an encrypted column wherever SQL would compare, sort or compute with its ciphertext."""

_NEEDS_KEYS = re.compile(r"\bmodelops_(?:seal|seal_plain|open|reseal)\(")
_DEFINES = re.compile(r"\s*(?:CREATE|ALTER|DROP|COMMENT|GRANT|REVOKE)\b", re.IGNORECASE)
_NAMED = re.compile(r'modelops_encrypted\((?:"?(\w+)"?\.)?"?(\w+)"?\)')
_UNKNOWN_KEY, _REFUSED = "MO001", {"MO002", "MO003"}
_STATE = f"""
    SELECT current_setting('modelops.column_tag', true),
        (SELECT string_agg(id::text || state, ',' ORDER BY id) FROM {KeyVersion._meta.db_table}
        WHERE purpose = '{Purpose.COLUMN.value}' AND state <> '{KeyState.DESTROYED.value}')
"""  # noqa: S608 (constants)


class Transport:
    """The key under which values travel from this process to PostgreSQL. It is never stored and never shown."""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self.id = uuid.uuid4().hex

    def __repr__(self) -> str:
        return "<Transport>"

    def carry(self, text: str) -> bytes:
        """``text`` for `modelops_seal`. Raises UnicodeEncodeError for what is no Unicode text."""
        return _encrypted(self._key, text.encode("utf-8"))

    def keys_for(self, secret: str, tag: str, active: int, keys: list[Key]) -> bytes:
        """What `modelops_session_keys` opens with the session's ``secret``."""
        return _encrypted(
            bytes.fromhex(secret),
            ";".join(
                [tag, str(active), self._key.hex(), *(f"{key.version}:{passphrase(key)}" for key in keys)]
            ).encode(),
        )


def passphrase(key: Key) -> str:
    """The key as pgp_sym_encrypt takes it: as text.

    256 random bits need no stretching, so the SQL functions use s2k-mode=1 (one salted hash): measured 20 to 50 times
    faster than the default at the same strength.
    """
    return base64.b64encode(key.material).decode("ascii")


@sensitive_variables()
def _encrypted(key: bytes, data: bytes) -> bytes:
    # What pgcrypto's decrypt_iv opens. It has no tag: this protects from eyes on logs, and the way to the server is
    # protected by TLS or is a socket of this machine.
    initial = os.urandom(16)
    cipher = Cipher(algorithms.AES256(key), modes.CBC(initial)).encryptor()
    padder = PKCS7(128).padder()
    return initial + cipher.update(padder.update(data) + padder.finalize()) + cipher.finalize()


transport = Transport()


def ensure(connection: BaseDatabaseWrapper) -> None:
    """Give the session behind ``connection`` exactly the keys of the ring. Raises KeysUnavailable.

    One short query asks whether it has them: settings of a session go back with a transaction that is rolled back,
    and another process may have added a key a moment ago, so nothing that this process remembers would be certain.
    """
    active = keyring.active(Purpose.COLUMN).version  # also when the session has keys: without a root key nothing opens
    connection.validate_no_broken_transaction()
    raw: Any = connection.connection
    with connection.wrap_database_errors:
        held, ring = raw.execute(_STATE).fetchone()
    tag = hashlib.sha256(f"{transport.id}{ring}".encode()).hexdigest()
    if held == tag:
        return
    keys = keyring.readable(Purpose.COLUMN)
    if _in_words(keys, active) != ring:
        keyring.forget()  # what it remembers is older than what the database says
        active = keyring.active(Purpose.COLUMN).version
        keys = keyring.readable(Purpose.COLUMN)
    with connection.wrap_database_errors:
        # In one expression: the secret is a local variable of no frame that an error page could show.
        raw.execute(
            "SELECT modelops_session_keys(%s)",
            [transport.keys_for(raw.execute("SELECT modelops_session_begin()").fetchone()[0], tag, active, keys)],
        )


def _in_words(keys: list[Key], active: int) -> str:
    """What the ring looks like when it has one active key and otherwise such that only open."""
    states = {key.id: KeyState.ACTIVE if key.version == active else KeyState.DECRYPT_ONLY for key in keys}
    return ",".join(
        f"{key_id}{state.value}" for key_id, state in sorted(states.items(), key=lambda item: item[0].bytes)
    )


def with_keys(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Wrapper of every query: brings the keys for one that needs them, and turns its refusals into ours."""
    if not isinstance(sql, str) or "modelops_" not in sql:
        return execute(sql, params, many, context)
    if NOT_COMPARABLE in sql:
        raise FieldError(_not_comparable(sql))
    if not _NEEDS_KEYS.search(sql) or _DEFINES.match(sql):
        return execute(sql, params, many, context)
    connection: BaseDatabaseWrapper = context["connection"]
    ensure(connection)
    try:
        return execute(sql, params, many, context)
    except DatabaseError as error:
        state = getattr(error.__cause__, "sqlstate", None)
        if state == _UNKNOWN_KEY and not connection.in_atomic_block:
            ensure(connection)  # a key may have been made between the question and the statement
            return execute(sql, params, many, context)
        if state == _UNKNOWN_KEY:
            raise UnknownKey("A column is sealed under a key version that the ring does not hold.") from None
        if state in _REFUSED:
            raise DecryptionFailed from None
        raise


def _not_comparable(sql: str) -> str:
    found = _NAMED.search(sql)
    name = found.group(2) if found else "The column"
    return (
        f"{name} is encrypted: PostgreSQL can neither sort, group, compare nor compute with it. Select it and do that "
        "in Python; for exact search put a BlindIndexField beside it."
    )


def attach(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of ``connection_created``."""
    # At the front, because Django's execute_wrapper() takes the last one away again when it ends.
    if with_keys not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, with_keys)
