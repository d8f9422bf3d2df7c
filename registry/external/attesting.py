"""What somebody attests of a cloud platform that the portal cannot look into: named, evidenced, and for a time only."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid

from .audit_events import ATTESTED, WITHDRAWN
from .models import PlatformAttestation, Subject

LONGEST = dt.timedelta(days=365)
_LONGEST_STATEMENT, _LONGEST_URL = 2000, 500


@transaction.atomic
def attest(
    subject: str, *, statement: str, evidence_url: str, expires_at: dt.datetime, actor: Actor
) -> PlatformAttestation:
    """Keep what ``actor`` attests of ``subject`` until ``expires_at``, twelve months at most. Raises Invalid."""
    if subject not in Subject.values:
        raise _invalid(
            f"{str(subject)[:60]!r} is nothing to attest; use one of {', '.join(Subject.values)}.", "subject"
        )
    statement = statement.strip()
    if not 0 < len(statement) <= _LONGEST_STATEMENT or "\x00" in statement:
        raise _invalid(f"Say in 1 to {_LONGEST_STATEMENT:,} characters what was looked at and found.", "statement")
    now = timezone.now()
    if not now < expires_at <= now + LONGEST:
        raise _invalid("An attestation ends within the next twelve months; then somebody looks again.", "expires_at")
    row = PlatformAttestation.objects.create(
        subject=subject,
        statement=statement,
        evidence_url=_checked_url(evidence_url),
        author_kind=actor.kind,
        author_ref=actor.ref,
        attested_at=now,
        expires_at=expires_at,
    )
    record(ATTESTED, row, actor=actor, platform=row.subject, until=f"{row.expires_at:%Y-%m-%d}")
    return row


@transaction.atomic
def withdraw(attestation: PlatformAttestation, *, actor: Actor) -> PlatformAttestation:
    """Say that it holds no more; from now on it counts as failing. Raises Conflict for one that is withdrawn."""
    row = PlatformAttestation.objects.select_for_update().get(pk=attestation.pk)
    if row.withdrawn_at is not None:
        raise Conflict("This attestation is withdrawn already.", code="platform_attestation.withdrawn")
    row.withdrawn_at = timezone.now()
    row.save(update_fields=["withdrawn_at"])
    record(WITHDRAWN, row, actor=actor, platform=row.subject)
    return row


def _checked_url(url: Any) -> str:
    """An address of https without a name and password in it; it is shown and never fetched."""
    text = str(url).strip()
    try:
        parts = urlsplit(text)
        usable = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        usable = False
    if not usable or len(text) > _LONGEST_URL or not text.isprintable() or " " in text:
        raise _invalid("The evidence is an https address of a report, a ticket or a configuration.", "evidence_url")
    return text


def _invalid(message: str, field: str) -> Invalid:
    return Invalid(message, code=f"platform_attestation.invalid_{field}", field=field)
