"""The stored answers: finding, keeping, removing."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from compliance.audit import Actor
from modelops.crypto import envelope
from modelops.crypto.purposes import Purpose

from .models import StoredAnswer

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes over the wire; ``body`` is None where it held a secret and was not kept.

    ``fingerprint`` is the SHA-256 of what was asked, in hexadecimal digits.
    """

    fingerprint: str
    status: int
    headers: dict[str, str]
    body: bytes | None


def find(actor: Actor, key: str) -> StoredAnswer | None:
    """The answer that ``actor`` got under ``key``, unless its time is over."""
    rows = StoredAnswer.objects.filter(actor_kind=actor.kind, actor_ref=actor.ref, key=key)
    return rows.filter(created_at__gt=timezone.now() - KEPT_FOR).first()


def keep(actor: Actor, key: str, answer: Answer) -> None:
    """Store an answer in the transaction of what it answers. Raises IntegrityError when the key was used meanwhile."""
    StoredAnswer.objects.filter(
        actor_kind=actor.kind, actor_ref=actor.ref, key=key, created_at__lte=timezone.now() - KEPT_FOR
    ).delete()
    row = StoredAnswer(
        actor_kind=actor.kind,
        actor_ref=actor.ref,
        key=key,
        status=answer.status,
        headers=answer.headers,
        has_body=answer.body is not None,
    )
    # The fingerprint is sealed as well: it would let a thief of the database guess a weak secret that was sent.
    content = bytes.fromhex(answer.fingerprint) + (answer.body or b"")
    row.sealed_body = envelope.seal(content, purpose=Purpose.FIELD, context=row.context)
    row.save(force_insert=True)


def opened(row: StoredAnswer) -> Answer:
    """The answer of a row. Raises KeysUnavailable, UnknownKey or DecryptionFailed."""
    content = envelope.unseal(bytes(row.sealed_body), purpose=Purpose.FIELD, context=row.context)
    return Answer(content[:32].hex(), row.status, dict(row.headers), content[32:] if row.has_body else None)


def outdated() -> "QuerySet[StoredAnswer]":
    """Answers whose time is over."""
    return StoredAnswer.objects.filter(created_at__lte=timezone.now() - KEPT_FOR)


def remove_outdated() -> int:
    """Remove them; returns how many."""
    return outdated().delete()[0]
