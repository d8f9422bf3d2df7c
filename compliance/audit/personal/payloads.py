"""Sealing and opening personal values beside the ledger, and the commitment by which a row of it names them."""

import hashlib
import json
import re
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db import models

from compliance.audit.actor import Actor
from compliance.audit.canonical import canonical_json
from modelops.crypto import envelope, xaes
from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.purposes import Purpose
from modelops.lib.fixed_queries import FixedQuery

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from .models import SubjectKey

SALT_BYTES = 32
# An opaque reference: neither an address nor a name with a blank in it.
_REF = re.compile(r"[A-Za-z0-9_:.-]{1,100}")


def subject_ref(subject: "models.Model | Actor | str") -> str:
    """The opaque reference of a person: the account's id, also from its actor. Raises ValueError for anything else."""
    if isinstance(subject, Actor):
        ref = subject.ref
    else:
        ref = str(subject.pk) if isinstance(subject, models.Model) else subject
    if not _REF.fullmatch(ref):
        raise ValueError("A person is named by an opaque reference, never by an address or a name.")
    return ref


def store(
    kind: str,
    content: Mapping[str, Any],
    ref: str,
    *,
    event_id: uuid.UUID | None = None,
    address_index: bytes | None = None,
    keep_until: datetime | None = None,
) -> bytes:
    """Seal ``content`` under the key of ``ref`` and return its commitment (32 bytes). Raises KeysUnavailable."""
    salted = secrets.token_bytes(SALT_BYTES) + canonical_json(dict(content)).encode()
    commitment = hashlib.sha256(salted).digest()
    key, material = _key_of(ref)
    apps.get_model("audit_personal", "Payload").objects.create(
        commitment=commitment,
        kind=kind,
        key=key,
        sealed=xaes.seal(material, salted, _associated(kind, commitment)),
        event_id=event_id,
        address_index=address_index,
        keep_until=keep_until,
    )
    return commitment


def open_payload(commitment: bytes) -> dict[str, Any] | None:
    """What a ledger row commits to; None when it was erased or its time was over. Raises DecryptionFailed."""
    payloads = apps.get_model("audit_personal", "Payload").objects.select_related("key")
    payload = payloads.filter(pk=bytes(commitment)).first()
    if payload is None or payload.key.wrapped is None:
        return None
    try:
        salted = xaes.unseal(_unwrap(payload.key), bytes(payload.sealed), _associated(payload.kind, bytes(commitment)))
    except InvalidTag:
        raise DecryptionFailed from None
    if hashlib.sha256(salted).digest() != bytes(commitment):
        raise DecryptionFailed
    content: dict[str, Any] = json.loads(salted[SALT_BYTES:])
    return content


def _associated(kind: str, commitment: bytes) -> bytes:
    return b"audit_personal.payload\x00" + kind.encode() + b"\x00" + commitment


def _key_of(ref: str) -> "tuple[SubjectKey, bytes]":
    """The key of a person and its material; a new one when there is none or the last one was destroyed."""
    keys = apps.get_model("audit_personal", "SubjectKey")
    key = _keys_of.first(None, ref=ref)
    if key is not None:
        return key, _unwrap(key)
    material = secrets.token_bytes(32)
    key = keys(subject_ref=ref)
    key.wrapped = envelope.seal(material, purpose=Purpose.FIELD, context=key.seal_context())
    key.save(force_insert=True)
    return key, material


@FixedQuery
def _keys_of(_: None, *, ref: str) -> "QuerySet[SubjectKey]":
    """The newest is the one in use."""
    keys = apps.get_model("audit_personal", "SubjectKey")
    return keys.objects.filter(subject_ref=ref, erased_at=None).order_by("-id")[:1]


def _unwrap(key: "SubjectKey") -> bytes:
    return envelope.unseal(bytes(key.wrapped or b""), purpose=Purpose.FIELD, context=key.seal_context())
