"""The portal's own signing key: Ed25519 from the ring, its public half among the trusted keys."""

from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from compliance.audit import Actor, record
from modelops.crypto.keyring import Key, keyring
from modelops.crypto.purposes import Purpose
from modelops.lib.fixed_queries import FixedQuery

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


def portal_key() -> PortalKey:
    """The key to sign with now. Its public half is written down at its first use; rotation brings the next.

    Raises KeysUnavailable. To be called in a transaction.
    """
    key = keyring.active(Purpose.MODEL_SIGNING)
    private, public = _pair(key)
    row = _known.first(None, fingerprint=public.fingerprint)
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


@lru_cache(maxsize=4)
def _pair(key: Key) -> tuple[Ed25519PrivateKey, PublicKey]:
    """Made once for each key, which the ring holds in this process as well."""
    private = Ed25519PrivateKey.from_private_bytes(key.material)
    return private, of_key(private.public_key())
