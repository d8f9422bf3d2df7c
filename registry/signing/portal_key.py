"""The portal's own signing key: Ed25519 from the ring, its public half among the trusted keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.db.models import QuerySet

from compliance.audit import Actor, record
from modelops.crypto.keyring import Key, keyring
from modelops.crypto.purposes import Purpose
from modelops.lib.fixed_queries import FixedQuery
from modelops.lib.fixed_rows import loaded

from .audit_events import KEY_TRUSTED
from .keys import PublicKey, of_key
from .models import TrustedKey

PORTAL = Actor.system("signing")


@dataclass(frozen=True)
class PortalKey:
    """The private key in this process and the row of its public half."""

    private: Ed25519PrivateKey
    trusted: TrustedKey


@FixedQuery
def _known(reader: None, *, fingerprint: str) -> "QuerySet[TrustedKey]":
    return TrustedKey.objects.filter(fingerprint=fingerprint)


def portal_key(look: "Callable[[str], TrustedKey | None] | None" = None) -> PortalKey:
    """The key to sign with now. Its public half is written down at its first use; rotation brings the next.

    ``look`` finds that by its fingerprint, for who reads it along with something else (`columns_of`, `row_of`).
    Raises KeysUnavailable. To be called in a transaction.
    """
    key = keyring.active(Purpose.MODEL_SIGNING)
    private, public = _pair(key)
    row = look(public.fingerprint) if look else _known.first(None, fingerprint=public.fingerprint)
    if row is None:
        row = TrustedKey(
            name=f"portal-v{key.version}-{public.fingerprint[:8]}",
            pem=public.pem,
            fingerprint=public.fingerprint,
            algorithm=public.algorithm,
            is_portal=True,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:  # another process was first
            row = TrustedKey.objects.get(fingerprint=public.fingerprint)
        else:
            record(
                KEY_TRUSTED, row, actor=PORTAL, name=row.name, algorithm=row.algorithm, fingerprint=row.fingerprint,
                model="",
            )  # fmt: skip
    return PortalKey(private, row)


def columns_of(table: str) -> str:
    """What `row_of` is made of, for a statement that knows the trusted keys as ``table``."""
    return ", ".join(f"{table}.{field.column}" for field in TrustedKey._meta.concrete_fields)


def row_of(values: Sequence[Any]) -> TrustedKey | None:
    """The row of these columns; None for one that an outer join did not find."""
    names = [field.attname for field in TrustedKey._meta.concrete_fields]
    return loaded(TrustedKey, names, values, DEFAULT_DB_ALIAS) if values[0] is not None else None


@lru_cache(maxsize=4)
def _pair(key: Key) -> tuple[Ed25519PrivateKey, PublicKey]:
    """Made once for each key, which the ring holds in this process as well."""
    private = Ed25519PrivateKey.from_private_bytes(key.material)
    return private, of_key(private.public_key())
