"""Beginning, finding, cancelling and finishing uploads."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Invalid, NotFound
from modelops.lib.ids import uuid7
from registry.artifacts.expected_digest import ExpectedDigest
from registry.models import DatasetVersion, ModelVersion

from . import errors, limits
from .audit_events import UPLOAD_BEGUN, UPLOAD_CANCELLED
from .expiry import KEPT_FOR
from .models import UploadSession, UploadState
from .parts import drop_parts, remove_sessions
from .sealing import new_key


@transaction.atomic
def begin(
    file_name: str,
    length: int | None,
    expected: ExpectedDigest,
    *,
    owner_id: uuid.UUID,
    actor: Actor,
    is_internal: bool = False,
) -> UploadSession:
    """A new upload without bytes. ``length`` may be said later, but before the upload is completed.

    Raises Invalid or TooLarge for the length, Conflict at a limit, KeysUnavailable.
    """
    limits.check_length(length)
    limits.check_room(owner_id, length)
    session = UploadSession(
        id=uuid7(),
        owner_id=owner_id,
        file_name=file_name,
        length=length,
        sha256=expected.sha256,
        sha512=expected.sha512,
        is_internal=is_internal,
        expires_at=timezone.now() + KEPT_FOR,
    )
    session.wrapped_key, session.key_version = new_key(session.pk)
    session.save(force_insert=True)
    if not is_internal:  # what the portal reads for somebody has an event of its own
        record(UPLOAD_BEGUN, session, actor=actor, length=length)
    return session


def upload_of(owner_id: object, session_id: uuid.UUID) -> UploadSession:
    """The account's own upload. Raises NotFound, also for somebody else's."""
    sessions = UploadSession.objects.select_related("model_version__model", "dataset_version__dataset")
    session = sessions.filter(
        pk=session_id, owner_id=owner_id, is_internal=False, expires_at__gt=timezone.now()
    ).first()
    if session is None:
        raise NotFound(
            "There is no such upload. It was cancelled, or a day went by without a byte. Begin a new one.",
            code="upload.not_found",
        )
    return session


@transaction.atomic
def cancel(session: UploadSession, *, actor: Actor) -> None:
    """Remove an upload and what has arrived of it; a version that was made of it stays."""
    locked = UploadSession.objects.select_for_update().filter(pk=session.pk).first()
    if locked is None:
        return
    record(UPLOAD_CANCELLED, locked, actor=actor, received=locked.offset)
    drop_parts(locked)
    locked.delete()


@transaction.atomic
def declare_length(session: UploadSession, length: int) -> None:
    """Say how long the file is. Raises Invalid when that was said otherwise before, or more has arrived."""
    limits.check_length(length)
    locked = UploadSession.objects.select_for_update().get(pk=session.pk)
    if locked.length not in {None, length} or length < locked.offset:
        said = "was said to have" if locked.length is not None else "has already"
        raise Invalid(
            f"The file {said} {locked.length or locked.offset:,} bytes, not {length:,}. Cancel this upload and begin a "
            "new one.",
            code="upload.length_mismatch",
            field="length",
        )
    locked.length = session.length = length
    locked.save(update_fields=["length"])


def mark_completed(session: UploadSession, version: ModelVersion | DatasetVersion) -> None:
    """Remember what came of an upload and drop its parts, in the transaction that adds the version."""
    locked = UploadSession.objects.select_for_update().filter(pk=session.pk).first()
    if locked is None or locked.state != UploadState.OPEN:
        raise errors.completed(locked or session)
    changes: dict[str, Any] = {"state": UploadState.COMPLETED, "completed_at": timezone.now()}
    changes["model_version" if isinstance(version, ModelVersion) else "dataset_version"] = version
    # The sender may have lost the answer and asks for a while what came of it.
    changes["expires_at"] = timezone.now() + timedelta(hours=24)
    for name, value in changes.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(changes))
    drop_parts(locked)


def discard(session: UploadSession) -> None:
    """Remove an upload whose content was refused: sending the rest of it again would not help."""
    remove_sessions(UploadSession.objects.filter(pk=session.pk, state=UploadState.OPEN))
